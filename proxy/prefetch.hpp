// Which mails to ask for before the client does, so that it need not wait for the upstream between
// one and the next.
//
// What the client has said already is known: commands that lie unread behind the present one. What
// it will say next is guessed: after RETR the next message; after TOP the same of the next message,
// once it has gone that way. Each that comes true allows one more at a time; so a session never
// asks for more in vain than it was given. Two wrong ones, and there are no more.
//
// Bounds: messages and octets of a session, octets of all sessions (pop3.prefetch_msgs,
// prefetch_bytes, prefetch_pool). Nothing here marks a message as read or retrieved.

#pragma once

#include "conf/pop3_settings.hpp"
#include "upstream/body_queue.hpp"
#include "upstream/octet_pool.hpp"
#include "wire/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace postern::proxy {

struct Message;

// A mail that a client wants, or the top of it.
struct Wish {
  wire::MessageNumber number{};
  std::optional<std::uint32_t> lines{};  // TOP

  friend bool operator==(const Wish&, const Wish&) = default;
};

class Prefetch {
 public:
  using Ahead = upstream::BodyQueue::Ahead;

  static constexpr unsigned kMistakesMax = 2;  // wrong guesses in a session

  // All of these outlive it.
  Prefetch(const conf::Pop3& policy,
           upstream::OctetPool& pool,
           const std::vector<Message>& messages)
      : policy_(policy), pool_(pool), messages_(messages) {}

  // The client wants this now, and that became of what had been asked for ahead.
  void note(const Wish& wish, upstream::BodyQueue::Turn turn);

  // Guesses were given up because nobody came for them.
  void note_mistake();

  // The link was lost: nothing is asked for ahead until the next wish, lest it was the cause.
  void hold_back() { held_back_ = true; }

  // What to ask for together with `now`, which is the last wish or a part of it. `unread` is what
  // the client has said and nobody has read.
  [[nodiscard]] std::vector<Ahead> choose(const upstream::BodyRequest& now,
                                          const upstream::BodyQueue& queue,
                                          std::string_view unread);

  // Room for a mail that is here and may be wanted again.
  [[nodiscard]] upstream::OctetShare share_for(std::uint64_t octets,
                                               const upstream::BodyQueue& queue);

 private:
  class Choice;

  [[nodiscard]] std::optional<Wish> behind(const Wish& wish) const;

  const conf::Pop3& policy_;
  upstream::OctetPool& pool_;
  const std::vector<Message>& messages_;
  std::optional<Wish> last_;
  std::size_t planned_ = 0;  // how many were ahead after more was asked for
  std::uint32_t window_ = 1;
  unsigned mistakes_ = 0;
  bool guesses_ = false;  // the last wish can be guessed from
  bool held_back_ = false;
};

// The mails that a client asks for in complete lines that nobody has read yet, at most so many, in
// their order; and whether it says QUIT behind them.
struct KnownWishes {
  std::vector<Wish> wishes;
  bool leaves = false;
};

[[nodiscard]] KnownWishes known_wishes(std::string_view unread, std::size_t most);

}  // namespace postern::proxy
