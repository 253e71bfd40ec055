// Every setting there is, as tables: schema.cpp and schema_upstream.cpp hold the rows.
//
// A row names the key, the member of settings.hpp that keeps it, what must hold of its value, and a
// line of help. The type and the default are the member's own, so they are said once. Reading,
// checking, dump() and the reference in README.md all come from these rows: a new setting is one
// member, one row, one line in the README and one in postern.toml (tests tell if one is missing).

#pragma once

#include "conf/codec.hpp"
#include "conf/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

// What the schema does with one member of S, whatever its type.
template <class S>
struct Member {
  bool (*read)(const Input& in, S& section);  // false after a refusal, the member unchanged
  std::string (*show)(const S& section);      // as TOML
  void (*copy)(const S& from, S& to);         // null for secrets, which cannot be copied
  std::string (*type)(const Rule& rule);      // type and bounds, for people
};

template <class S>
struct Setting {
  std::string_view key;  // dots lead into tables: "timeout.login" is login in [limits.timeout]
  Member<S> member;
  Rule rule;
  std::string_view help;
};

// The rows of one table of the file.
template <class S>
std::span<const Setting<S>> settings_of();

template <>
std::span<const Setting<Server>> settings_of<Server>();
template <>
std::span<const Setting<Log>> settings_of<Log>();
template <>
std::span<const Setting<Admin>> settings_of<Admin>();
template <>
std::span<const Setting<Limits>> settings_of<Limits>();
template <>
std::span<const Setting<Auth>> settings_of<Auth>();
template <>
std::span<const Setting<State>> settings_of<State>();
template <>
std::span<const Setting<TlsProfile>> settings_of<TlsProfile>();
template <>
std::span<const Setting<Listener>> settings_of<Listener>();
template <>
std::span<const Setting<Upstream>> settings_of<Upstream>();
template <>
std::span<const Setting<Route>> settings_of<Route>();
template <>
std::span<const Setting<Pop3>> settings_of<Pop3>();
template <>
std::span<const Setting<Submission>> settings_of<Submission>();

// One row told to people.
struct Described {
  std::string key;
  std::string type;           // with bounds
  std::string default_value;  // as TOML; "required" if there is none
  std::string help;
};

struct Section {
  std::string header;  // "[server]", "[listener.NAME]", "[[route]]"
  std::vector<Described> settings;
};

// All of it, in the order of the reference.
std::vector<Section> describe_schema();

}  // namespace postern::conf
