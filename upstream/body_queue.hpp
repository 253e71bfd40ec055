// The bodies that are asked for on one link: the one that a client waits for, and those that it is
// going to want next.
//
// Each is a command of its own (RFC 3501, section 6.4.5), and several leave in one write. Nothing
// is read before somebody needs it: what was asked for ahead waits in the connection, in the order
// in which it was asked for if the server keeps to it. What comes out of turn is kept, what nobody
// wants any more is read and dropped. Bodies are told apart by the UID in front of their octets, so
// nothing is asked for ahead of a server that has not shown that it puts it there.

#pragma once

#include "net/operation.hpp"
#include "net/task.hpp"
#include "upstream/imap_link.hpp"
#include "upstream/octet_pool.hpp"
#include "upstream/rate_floor.hpp"
#include "wire/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::upstream {

// What of the message to ask for; always PEEK, which sets no flag.
struct BodyRequest {
  enum class What : unsigned char { Whole, Header, Part };

  wire::Uid uid;
  What what = What::Whole;
  std::uint64_t origin = 0;  // Part: from this octet
  std::uint64_t octets = 0;  // Part: at most so many

  friend bool operator==(const BodyRequest&, const BodyRequest&) = default;
};

// A body that was asked for, and what has come of it.
struct AskedBody {
  BodyRequest request;
  std::string tag;     // empty: it is here, and its command was concluded
  OctetShare share{};  // of what bodies that are asked for ahead may take
  std::string text{};  // all of it, if it was kept or came as a quoted string
  bool has_text = false;
  bool is_nil = false;
  bool has_come = false;    // its octets or what came instead
  bool is_guess = false;    // nobody has said that it is wanted
  bool is_dropped = false;  // nobody wants it any more
};

class BodyQueue {
 public:
  // A body to be asked for ahead.
  struct Ahead {
    BodyRequest request;
    OctetShare share;
    bool is_guess = false;
  };

  // What became of the bodies asked for ahead when a client turned to one.
  struct Turn {
    bool was_ahead = false;  // it had been asked for
    bool missed = false;     // others had been guessed in its place
  };

  struct Load {
    std::size_t bodies = 0;    // those included that are only going to be read away
    std::size_t wanted = 0;    // without them
    std::uint64_t octets = 0;  // that all of them were said to be long
  };

  explicit BodyQueue(ImapLink& link);

  BodyQueue(const BodyQueue&) = delete;
  BodyQueue& operator=(const BodyQueue&) = delete;

  // The client wants this now: what was asked for before it is not wanted any more; if it was not
  // asked for, nothing is.
  Turn turn_to(const BodyRequest& request);

  // Whatever was asked for ahead is not wanted any more. True if any of it was a guess.
  bool drop_all();

  // Reads all that is on its way, so that another command may follow: what is wanted is kept. After
  // a failure the link is unfit.
  net::Task<> take_in(net::Wait wait);

  // Keeps a body that is here for whoever asks next.
  void put_back(const BodyRequest& request, std::string_view text, OctetShare share);

  [[nodiscard]] bool has(const BodyRequest& request) const;

  [[nodiscard]] bool empty() const { return asked_.empty(); }

  // What was asked for ahead and has not been taken, but for that body.
  [[nodiscard]] Load load_besides(const BodyRequest& request) const;

  [[nodiscard]] ImapLink& link() const { return link_; }

 private:
  friend class BodyStream;

  class Credit;

  // Asks for a body, unless it was asked for, and for others behind it in the same write, if they
  // could be told apart.
  net::Task<std::unique_ptr<AskedBody>> ask(BodyRequest request, std::vector<Ahead> ahead);

  // Waits until the octets of a body are announced; false if its command was answered before. What
  // comes for others is kept or dropped.
  net::Task<bool> until_announced(AskedBody& mine, net::Wait wait);

  std::string enqueue(Ahead ahead);
  [[nodiscard]] std::unique_ptr<AskedBody> claim(const BodyRequest& request);
  [[nodiscard]] AskedBody* owner_of(const wire::imap::Fetch& fetch, AskedBody* mine) const;
  net::Task<> keep(AskedBody& body, net::Wait wait);
  net::Task<> read_others(AskedBody& body, AskedBody* mine, net::Wait wait);
  void forget_dropped();
  [[nodiscard]] net::Error spoil(net::Kind kind, std::string what);

  ImapLink& link_;
  std::vector<std::unique_ptr<AskedBody>> asked_;  // ahead, in the order they were asked for
  bool shows_uid_;
};

// Whether a FETCH brings what was asked for.
[[nodiscard]] bool answers(const wire::imap::Body& body, const BodyRequest& request);

}  // namespace postern::upstream
