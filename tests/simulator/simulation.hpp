// One run: the real POP3 session between a scripted client and a mail server in memory, with a plan
// of faults, on a clock that is turned by hand. The same plan always gives the same outcome.

#pragma once

#include "tests/simulator/outcome.hpp"
#include "tests/simulator/plan.hpp"

namespace postern::test {

[[nodiscard]] Outcome simulate(const Plan& plan);

// A plan with as few faults as still break a guarantee, tried out by leaving them out in turn.
[[nodiscard]] Plan smallest_failing(Plan plan);

// The octets of the n-th message of a run, from 1. Each has a line that begins with a dot, and some
// have no last line end, or are large.
[[nodiscard]] std::string simulated_mail(std::size_t number);

}  // namespace postern::test
