// The words in which rows of the schema are written: at<&Pop3::lock>(), between(1s, 1h), ... A
// pointer to a member is a template argument here, so that a row is a constant and names its
// member once; type, default, reader and printer follow from the type of the member.

#pragma once

#include "conf/codec_templates.hpp"
#include "conf/schema.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace postern::conf {

template <class T>
struct MemberPointer;

template <class S, class T>
struct MemberPointer<T S::*> {
  using Section = S;
  using Value = T;
};

template <auto Pointer>
using SectionOf = typename MemberPointer<decltype(Pointer)>::Section;

template <auto Pointer>
using ValueOf = typename MemberPointer<decltype(Pointer)>::Value;

template <auto Pointer>
bool read_member(const Input& in, SectionOf<Pointer>& section) {
  ValueOf<Pointer> value{};
  if (!read_value(in, value) || !is_within(in, value)) return false;
  section.*Pointer = std::move(value);
  return true;
}

template <auto Pointer>
std::string show_member(const SectionOf<Pointer>& section) {
  return show_value(section.*Pointer);
}

template <auto Pointer>
void copy_member(const SectionOf<Pointer>& from, SectionOf<Pointer>& to) {
  to.*Pointer = from.*Pointer;
}

template <auto Pointer>
std::string type_of_member(const Rule& rule) {
  const auto type = type_name(Tag<ValueOf<Pointer>>{});
  const auto bounds = bounds_text(rule, Tag<ValueOf<Pointer>>{});
  return bounds.empty() ? type : type + ", " + bounds;
}

// The member that keeps a setting.
template <auto Pointer>
consteval Member<SectionOf<Pointer>> at() {
  Member<SectionOf<Pointer>> result{
      read_member<Pointer>, show_member<Pointer>, nullptr, type_of_member<Pointer>};
  if constexpr (std::is_copy_assignable_v<ValueOf<Pointer>>) result.copy = copy_member<Pointer>;
  return result;
}

consteval Rule any() {
  return {};
}

consteval Rule required() {
  return {.required = true};
}

constexpr Rule between(std::uint32_t low, std::uint32_t high) {
  return {.low = low, .high = high};
}

constexpr Rule between(Duration low, Duration high) {
  return {.low = measure(low), .high = measure(high)};
}

constexpr Rule between(Percent low, Percent high) {
  return {.low = measure(low), .high = measure(high)};
}

constexpr Rule between(Size low, Size high) {
  return {.low = measure(low), .high = measure(high)};
}

constexpr Rule text(Rule::Refusal refusal) {
  return {.refusal = refusal};
}

constexpr Rule path_or(const char* word) {
  return {.word = word};
}

constexpr Rule items(std::size_t items_max) {
  return {.items_max = items_max};
}

// Every wait has an end: short enough for tests, long enough for the patient.
consteval Rule a_wait() {
  return between(std::chrono::milliseconds{10}, std::chrono::hours{24});
}

}  // namespace postern::conf
