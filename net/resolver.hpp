// Names to addresses.
//
// The system's resolver blocks, and libuv lends it few threads: so each name is asked for once at a
// time however many sessions want it, at most a few names at a time, and answers are kept. When the
// name service fails, the last good answer is used for a stated grace.

#pragma once

#include "net/address.hpp"
#include "net/loop.hpp"
#include "net/operation.hpp"
#include "net/task.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::net {

class Resolver {
 public:
  Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  virtual ~Resolver() = default;

  // The addresses of a name in the order to try them, at least one, with port 0. Fails with
  // Kind::NoName or Kind::Timeout.
  virtual Task<std::vector<Address>> resolve(std::string name, Wait wait) = 0;
};

// How one question went, for whoever counts.
struct Lookup {
  bool found;
  bool not_found;  // the name service answered that there is no such name
  Duration took;
};

class SystemResolver final : public Resolver {
 public:
  static constexpr std::size_t kQuestionsMax = 2;               // under way at once
  static constexpr Duration kFresh = std::chrono::seconds(60);  // getaddrinfo tells no lifetime
  static constexpr Duration kStale = std::chrono::hours(1);     // used while the service fails
  static constexpr Duration kFailed = std::chrono::seconds(5);  // before asking again
  static constexpr std::size_t kNamesMax = 10'000;              // names come from the configuration

  using Observer = std::function<void(const Lookup&)>;

  explicit SystemResolver(Loop& loop, Observer observer = {});
  ~SystemResolver() override;

  Task<std::vector<Address>> resolve(std::string name, Wait wait) override;

 private:
  struct Entry;
  struct Question;
  class Answer;

  void ask(Entry& entry);
  void ask_next();
  void answered(Entry& entry, int status, std::vector<Address> found);

  Loop& loop_;
  Observer observer_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  std::vector<Entry*> to_ask_;  // in order, until a question is possible
  std::vector<Question*> under_way_;
};

}  // namespace postern::net
