// What a parser of this floor says about text that breaks its grammar: one short sentence of ours,
// for a log or a reply. It never quotes the text.

#pragma once

#include <string_view>

namespace postern::wire {

struct Malformed {
  std::string_view why;  // lives for ever
};

}  // namespace postern::wire
