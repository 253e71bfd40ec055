// The sessions of one worker that may have to end for another's sake: those that hold a maildrop
// whose lock can be stolen, and those that have not logged in when all connections are in use.
//
// Other threads hold functions, not references: an evictor posts a number to the worker's loop, and
// only there it is seen whether that session still exists.

#pragma once

#include "net/loop.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>

namespace postern::proxy {

class Roster {
 public:
  explicit Roster(net::Loop& loop) : loop_(loop) {}

  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;

  // A function that ends the session on this stream, to be called from any thread while the worker
  // lives. The stream must be struck off before it ends.
  [[nodiscard]] std::function<void()> evictor(net::Stream& client);

  void strike_off(const net::Stream& client);

  // A session that has not logged in, and does not wait for the answer to a login.
  class Newcomer {
   public:
    Newcomer(Roster& roster, net::Stream& client) : roster_(roster), client_(client) {}

    Newcomer(const Newcomer&) = delete;
    Newcomer& operator=(const Newcomer&) = delete;

    ~Newcomer() { leave(); }

    void join();
    void leave();

   private:
    friend class Roster;

    Roster& roster_;
    net::Stream& client_;
    std::list<Newcomer*>::iterator place_{};
    bool joined_ = false;
  };

  // Ends the newcomer that has been here longest. False if there is none.
  bool make_room();

 private:
  void evict(std::uint64_t number);

  net::Loop& loop_;
  std::list<Newcomer*> newcomers_;  // in the order they came
  std::unordered_map<std::uint64_t, net::Stream*> clients_;
  std::uint64_t next_ = 0;
};

}  // namespace postern::proxy
