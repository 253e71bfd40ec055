// The race between addresses. Each attempt is a socket stream that is being connected; the winner
// goes to whoever dialed, the others are closed.

#include "net/dialer.hpp"

#include "net/socket_stream.hpp"

#include <uv.h>

#include <algorithm>
#include <utility>

namespace postern::net {

namespace {

constexpr std::size_t kDeadMax = 10'000;  // remembered addresses

Kind kind_of(int status) {
  switch (status) {
    case UV_ECONNREFUSED:
      return Kind::NotListening;
    case UV_ETIMEDOUT:
      return Kind::Timeout;
    default:
      return Kind::Unreachable;
  }
}

}  // namespace

class TcpDialer::Race final : public Operation {
 public:
  Race(TcpDialer& dialer, std::vector<Address> addresses, Duration each, Deadline deadline)
      : Operation(dialer.loop_, deadline, Origin::Upstream),
        dialer_(&dialer),
        addresses_(std::move(addresses)),
        each_(each) {}

  ~Race() override { abandon(); }

  Stream take() { return std::move(winner_); }

 private:
  // One address being tried. Lives until libuv has called back, which it always does.
  struct Attempt final : net::Timer {
    Attempt(Race& owner, const Address& to) : race(&owner), address(to) {}

    void expired() override { race->attempt_ended(*this, UV_ETIMEDOUT); }

    Race* race;  // null once the race is over for this one
    Address address;
    Stream stream;
    uv_connect_t request{};
  };

  // Starts the next attempt when those before it have been silent for a while.
  struct Stagger final : net::Timer {
    explicit Stagger(Race& owner) : race(owner) {}

    void expired() override { race.start_next(); }

    Race& race;
  };

  void begin() override {}

  void enlist() override { start_next(); }

  void withdraw() override {
    stagger_.disarm();
    for (Attempt* attempt : std::exchange(running_, {}))
      leave(*attempt);
  }

  void start_next() {
    while (next_ < addresses_.size()) {
      if (start(addresses_[next_++])) {
        if (next_ < addresses_.size()) loop().timers().arm(stagger_, loop().now() + kStagger);
        return;
      }
    }
    if (running_.empty()) end(Error{kind_, Origin::Upstream, detail_});
  }

  bool start(const Address& address) {
    auto* core = new SocketStream(loop(), Origin::Upstream);  // NOLINT(cppcoreguidelines-owning-*)
    auto attempt = std::make_unique<Attempt>(*this, address);
    attempt->stream = Stream(core);
    attempt->request.data = attempt.get();
    const int failed = core->connect(&attempt->request, address, &Race::called_back);
    if (failed != 0) {
      remember(address, failed);
      return false;
    }
    loop().timers().arm(*attempt, loop().now() + each_);
    running_.push_back(attempt.release());
    return true;
  }

  static void called_back(uv_connect_t* request, int status) {
    const std::unique_ptr<Attempt> attempt(static_cast<Attempt*>(request->data));
    if (attempt->race != nullptr) attempt->race->attempt_ended(*attempt, status);
  }

  void attempt_ended(Attempt& attempt, int status) {
    if (status == 0) {
      winner_ = std::move(attempt.stream);
      std::erase(running_, &attempt);
      return done();
    }
    remember(attempt.address, status);
    std::erase(running_, &attempt);
    leave(attempt);
    start_next();
  }

  // The attempt runs out by itself.
  static void leave(Attempt& attempt) {
    attempt.race = nullptr;
    attempt.disarm();
    attempt.stream.close();
  }

  void remember(const Address& address, int status) {
    kind_ = kind_of(status);
    detail_ = address.text() + ": " + uv_strerror(status);
    auto& dead = dialer_->dead_until_;
    if (dead.size() >= kDeadMax) dead.clear();
    dead[address.text()] = loop().now() + kDeadFor;
  }

  TcpDialer* dialer_;
  std::vector<Address> addresses_;
  Duration each_;
  std::size_t next_ = 0;
  std::vector<Attempt*> running_;
  Stagger stagger_{*this};
  Stream winner_;
  Kind kind_ = Kind::Unreachable;
  std::string detail_ = "no address";
};

Task<Stream> TcpDialer::dial(std::string host,
                             std::uint16_t port,
                             Duration each,
                             Deadline deadline) {
  auto addresses = co_await resolver_.resolve(std::move(host), deadline);
  if (addresses.size() > kAddressesMax) addresses.resize(kAddressesMax);
  for (Address& address : addresses)
    address.set_port(port);
  put_dead_last(addresses);
  co_return co_await Race(*this, std::move(addresses), each, deadline);
}

void TcpDialer::put_dead_last(std::vector<Address>& addresses) {
  if (dead_until_.empty()) return;
  const Time now = loop_.now();
  std::erase_if(dead_until_, [now](const auto& entry) { return entry.second <= now; });
  std::vector<Address> dead;
  std::erase_if(addresses, [&](const Address& address) {
    const bool is_dead = dead_until_.contains(address.text());
    if (is_dead) dead.push_back(address);
    return is_dead;
  });
  addresses.insert(addresses.end(), dead.begin(), dead.end());
}

}  // namespace postern::net
