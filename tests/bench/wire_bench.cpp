// What the hot paths of `wire` cost: a mail body through DotStuffer, the lines of a mailbox listing
// through parse_response, and the composing of listings and UID sets.
//
// Run it from an optimised build on a quiet machine; figures are per MiB, per line or per call.

#include "wire/dot_stream.hpp"
#include "wire/imap_response.hpp"
#include "wire/pop3.hpp"
#include "wire/pop3_reply.hpp"
#include "wire/uid_set.hpp"

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::wire {
namespace {

constexpr std::size_t kMailOctets = std::size_t{1} << 20;
constexpr std::size_t kChunkOctets = std::size_t{1} << 16;

// Lines as an attachment in base64 has them, ended as asked for, behind a small header.
std::string mail_with(std::string_view line_end, std::string_view line_start) {
  std::string mail = "Subject: a mail";
  mail.append(line_end).append(line_end);
  while (mail.size() < kMailOctets) {
    mail.append(line_start).append(76 - line_start.size(), 'A').append(line_end);
  }
  return mail;
}

void stuff_all(benchmark::State& state, const std::string& mail) {
  for (auto _ : state) {
    DotStuffer stuffer;
    for (std::size_t at = 0; at < mail.size(); at += kChunkOctets) {
      benchmark::DoNotOptimize(stuffer.stuff(std::string_view(mail).substr(at, kChunkOctets)));
    }
    benchmark::DoNotOptimize(stuffer.finish());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(mail.size()));
}

void stuff_clean_mail(benchmark::State& state) {
  stuff_all(state, mail_with("\r\n", ""));
}

void stuff_one_dot_a_line(benchmark::State& state) {
  stuff_all(state, mail_with("\r\n", "."));
}

void stuff_bare_line_feeds(benchmark::State& state) {
  stuff_all(state, mail_with("\n", ""));
}

void stuff_nothing_but_line_feeds(benchmark::State& state) {
  stuff_all(state, std::string(kMailOctets, '\n'));
}

void top_of_clean_mail(benchmark::State& state) {
  const std::string mail = mail_with("\r\n", "");
  for (auto _ : state) {
    TopCutter cutter(99'999'999);
    benchmark::DoNotOptimize(cutter.take(mail));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(mail.size()));
}

void parse_one(benchmark::State& state, std::string_view text) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    benchmark::DoNotOptimize(imap::parse_response(text));
  }
  state.SetItemsProcessed(state.iterations());
}

void parse_fetch_of_uid_and_size(benchmark::State& state) {
  parse_one(state, "* 84201 FETCH (UID 1184201 RFC822.SIZE 48123)");
}

void parse_fetch_of_the_table(benchmark::State& state) {
  parse_one(state,
            "* 84201 FETCH (UID 1184201 RFC822.SIZE 48123 "
            "INTERNALDATE \"17-Jul-2024 02:44:25 +0200\")");
}

void parse_exists(benchmark::State& state) {
  parse_one(state, "* 100000 EXISTS");
}

void parse_tagged_ok(benchmark::State& state) {
  parse_one(state, "k3f9a1c07.12 OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).");
}

void parse_retr(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(pop3::parse_command("RETR 84201"));
}

void compose_list_line(benchmark::State& state) {
  std::string out;
  std::uint32_t number = 0;
  for (auto _ : state) {
    pop3::append_size(out, MessageNumber{++number}, 48123);
    if (out.size() > kChunkOctets) out.clear();
  }
  benchmark::DoNotOptimize(out);
  state.SetItemsProcessed(state.iterations());
}

// Every second of 100,000 messages: nothing joins into ranges.
void compose_sets_of_50000(benchmark::State& state) {
  std::vector<Uid> existing;
  std::vector<Uid> chosen;
  for (std::uint32_t uid = 1; uid <= 100'000; ++uid) {
    existing.push_back(Uid{uid});
    if (uid % 2 == 0) chosen.push_back(Uid{uid});
  }
  for (auto _ : state)
    benchmark::DoNotOptimize(compose_sets(chosen, existing));
}

BENCHMARK(stuff_clean_mail);
BENCHMARK(stuff_one_dot_a_line);
BENCHMARK(stuff_bare_line_feeds);
BENCHMARK(stuff_nothing_but_line_feeds);
BENCHMARK(top_of_clean_mail);
BENCHMARK(parse_fetch_of_uid_and_size);
BENCHMARK(parse_fetch_of_the_table);
BENCHMARK(parse_exists);
BENCHMARK(parse_tagged_ok);
BENCHMARK(parse_retr);
BENCHMARK(compose_list_line);
BENCHMARK(compose_sets_of_50000);

}  // namespace
}  // namespace postern::wire
