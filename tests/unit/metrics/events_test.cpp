// What the table of events promises about all of them.

#include "metrics/events.hpp"

#include "metrics/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::metrics {
namespace {

// Calls the function with an empty event of each kind.
template <class Function>
void for_each_event(Function function) {
  std::apply([&](const auto&... event) { (function(event), ...); }, Events());
}

template <class E>
std::vector<std::string_view> keys_of(const E& event) {
  std::vector<std::string_view> keys;
  event.each([&keys](std::string_view key, const auto&) { keys.push_back(key); });
  return keys;
}

bool is_word(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

TEST(Events, EachNameStandsOnce) {
  std::set<std::string_view> names;
  for_each_event([&](const auto& event) {
    EXPECT_TRUE(names.insert(event.kInfo.name).second) << event.kInfo.name;
  });
}

TEST(Events, ANameIsNounAndVerb) {
  for_each_event([](const auto& event) {
    const std::string_view name = event.kInfo.name;
    const std::size_t dot = name.find('.');
    ASSERT_NE(dot, std::string_view::npos) << name;
    EXPECT_TRUE(is_word(name.substr(0, dot)) && is_word(name.substr(dot + 1))) << name;
  });
}

TEST(Events, HelpIsASentence) {
  for_each_event([](const auto& event) {
    EXPECT_TRUE(event.kInfo.help.ends_with('.')) << event.kInfo.name;
    EXPECT_EQ(event.kInfo.help.find('|'), std::string_view::npos) << event.kInfo.name;
  });
}

TEST(Events, WhatIsAtLeastAWarningIsCounted) {
  std::set<std::string_view> metrics;
  for (const Family& family : kMetrics.families())
    metrics.insert(family.name);
  for_each_event([&](const auto& event) {
    const std::string_view metric = event.kInfo.metric;
    EXPECT_EQ(metric.empty(), event.kInfo.level > Level::Warning) << event.kInfo.name;
    EXPECT_TRUE(metric.empty() || metrics.contains(metric)) << metric;
  });
}

TEST(Events, KeysAreWordsAndStandOnce) {
  constexpr std::array<std::string_view, 6> kOfSession = {
      "session", "protocol", "listener", "client", "user", "doing"};
  for_each_event([&](const auto& event) {
    std::set<std::string_view> seen;
    if (event.kInfo.scope != Scope::Process) seen.insert(kOfSession.begin(), kOfSession.end());
    for (const std::string_view key : keys_of(event)) {
      EXPECT_TRUE(is_word(key)) << key;
      EXPECT_LE(key.size(), 24U) << "what Line has room for";
      EXPECT_TRUE(seen.insert(key).second) << event.kInfo.name << " " << key;
    }
  });
}

TEST(Events, DetailComesLast) {
  for_each_event([](const auto& event) {
    const auto keys = keys_of(event);
    const auto detail = std::ranges::find(keys, "detail");
    EXPECT_TRUE(detail == keys.end() || std::next(detail) == keys.end()) << event.kInfo.name;
  });
}

TEST(Events, AllFieldsOfAnEventFitIntoALine) {
  for_each_event([](const auto& event) {
    constexpr std::size_t kFieldsOfSession = 7;
    EXPECT_LE(keys_of(event).size() + kFieldsOfSession, kLineOctetsMax / (kValueOctetsMax + 32))
        << event.kInfo.name;
  });
}

}  // namespace
}  // namespace postern::metrics
