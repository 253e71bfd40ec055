// Streams, dialing and listening over real sockets of the loopback interface.

#include "net/dialer.hpp"
#include "net/listener.hpp"
#include "net/scope.hpp"
#include "net/sleep.hpp"
#include "net/slots.hpp"
#include "net/stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace postern::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr LineBound kBound{.octets_max = 1000};

Address loopback(std::uint16_t port = 0) {
  return *Address::parse("127.0.0.1", port);
}

// A resolver whose answers are given by the test.
class FixedResolver final : public Resolver {
 public:
  std::vector<Address> answer = {loopback()};
  int asked = 0;

  Task<std::vector<Address>> resolve(std::string /*name*/, Wait /*wait*/) override {
    ++asked;
    if (answer.empty()) co_await fail(Kind::NoName, Origin::Here, "no such name");
    co_return answer;
  }
};

class SocketTest : public testing::Test {
 protected:
  ~SocketTest() override { scope_.cancel(); }

  // Turns the loop until `met` holds; bounded, so that a broken test ends.
  void turn_until(const std::function<bool()>& met) {
    for (int turn = 0; turn < 100'000 && !met(); ++turn)
      loop_.run_once();
    ASSERT_TRUE(met());
  }

  std::unique_ptr<Listener> listen(std::function<void(int, const Address&)> connected) {
    auto opened = Listener::open(loop_,
                                 loopback(),
                                 1024,
                                 {.connected = std::move(connected),
                                  .exhausted = [] { return std::string_view("-ERR full\r\n"); },
                                  .failed = [](int) {}});
    EXPECT_TRUE(opened) << opened.error().detail;
    return std::move(*opened);
  }

  [[nodiscard]] Deadline soon() const { return Deadline{loop_.now() + seconds(20)}; }

  Task<> echo(int descriptor, Address peer) {
    Stream stream = std::move(*Stream::adopt(loop_, descriptor, peer, Origin::Client));
    while (true) {
      const Line line = co_await stream.read_line(kBound, soon());
      co_await stream.write({line.text, "\r\n"}, soon());
      if (line.text == "quit") co_return;
    }
  }

  Task<> dial(Dialer& dialer, std::uint16_t port, Result<Stream>& to, Duration each = seconds(5)) {
    to = co_await attempt(dialer.dial("some.test", port, each, soon()));
    dialed_ = true;
  }

  Task<> talk(Dialer& dialer, std::uint16_t port, std::string& log) {
    Stream stream = co_await dialer.dial("some.test", port, seconds(5), soon());
    co_await stream.write("hello\r\nquit\r\n", soon());
    log += (co_await stream.read_line(kBound, soon())).text;
    log += (co_await stream.read_line(kBound, soon())).text;
    const auto end = co_await attempt(stream.read_line(kBound, soon()));
    log += name_of(end.error().kind);
  }

  Loop loop_;
  FixedResolver resolver_;
  std::vector<Stream> kept_;
  bool dialed_ = false;
  Scope scope_{[](const Error&) {}};
};

TEST_F(SocketTest, CarriesLinesBothWaysAndEndsInOrder) {
  auto listener = listen([this](int fd, const Address& peer) { scope_.spawn(echo(fd, peer)); });
  TcpDialer dialer(loop_, resolver_);
  std::string log;

  scope_.spawn(talk(dialer, listener->local().port(), log));
  turn_until([&] { return scope_.live() == 0; });

  EXPECT_EQ(log, "helloquitclosed");
}

TEST_F(SocketTest, F015_ARefusedAddressMakesWayForTheNextAtOnce) {
  auto listener = listen([this](int fd, const Address& peer) { scope_.spawn(echo(fd, peer)); });
  resolver_.answer = {*Address::parse("127.0.0.2", 0), loopback()};  // nobody listens on the first
  TcpDialer dialer(loop_, resolver_);
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");
  const Time before = loop_.exact_now();

  scope_.spawn(dial(dialer, listener->local().port(), got));
  turn_until([&] { return dialed_; });

  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->peer().host(), "127.0.0.1");
  EXPECT_LT(loop_.exact_now() - before, seconds(5));
}

TEST_F(SocketTest, F015_WhenNobodyListensTheErrorSaysWhere) {
  std::uint16_t port = 0;
  {
    port = listen([](int fd, const Address&) { ::close(fd); })->local().port();
  }
  TcpDialer dialer(loop_, resolver_);
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");

  scope_.spawn(dial(dialer, port, got));
  turn_until([&] { return dialed_; });

  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, Kind::NotListening);
  EXPECT_THAT(got.error().detail, testing::HasSubstr("127.0.0.1:" + std::to_string(port)));
}

TEST_F(SocketTest, F048_ANameWithoutAddressIsItsOwnKindOfError) {
  resolver_.answer = {};
  TcpDialer dialer(loop_, resolver_);
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");

  scope_.spawn(dial(dialer, 1, got));
  turn_until([&] { return dialed_; });

  EXPECT_EQ(got.error().kind, Kind::NoName);
}

// A socket that is bound and listens with a full queue: connections to it hang.
class SilentAddress {
 public:
  SilentAddress() {
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const Address at = *Address::parse("127.0.0.3", 0);
    bind(descriptor_, at.raw(), at.raw_size());
    ::listen(descriptor_, 0);
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &size);
    address_ = Address::from(reinterpret_cast<const sockaddr*>(&name));
    for (int i = 0; i < 4; ++i) {  // fill the queue
      const int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      (void)connect(filler, address_.raw(), address_.raw_size());
      fillers_.push_back(filler);
    }
  }

  ~SilentAddress() {
    for (const int filler : fillers_)
      ::close(filler);
    ::close(descriptor_);
  }

  SilentAddress(const SilentAddress&) = delete;
  SilentAddress& operator=(const SilentAddress&) = delete;

  [[nodiscard]] const Address& address() const { return address_; }

 private:
  int descriptor_;
  Address address_;
  std::vector<int> fillers_;
};

TEST_F(SocketTest, F049_ASilentAddressIsOvertakenByTheNext) {
  const SilentAddress silent;
  auto opened = Listener::open(
      loop_,
      *Address::parse("127.0.0.1", silent.address().port()),
      10,
      {.connected = [this](int fd, const Address& peer) { scope_.spawn(echo(fd, peer)); },
       .exhausted = [] { return std::string_view(); },
       .failed = [](int) {}});
  ASSERT_TRUE(opened) << opened.error().detail;
  resolver_.answer = {silent.address(), loopback()};
  TcpDialer dialer(loop_, resolver_);
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");

  scope_.spawn(dial(dialer, silent.address().port(), got));
  turn_until([&] { return dialed_; });

  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->peer().host(), "127.0.0.1");
}

TEST_F(SocketTest, F049_AnAddressThatFailedLatelyIsTriedLast) {
  auto listener = listen([this](int fd, const Address& peer) { scope_.spawn(echo(fd, peer)); });
  resolver_.answer = {*Address::parse("127.0.0.2", 0), loopback()};
  TcpDialer dialer(loop_, resolver_);
  for (int round = 0; round < 2; ++round) {
    Result<Stream> got = failure(Kind::Internal, Origin::Here, "");
    dialed_ = false;
    scope_.spawn(dial(dialer, listener->local().port(), got));
    turn_until([&] { return dialed_; });
    ASSERT_TRUE(got);
  }
  resolver_.answer = {*Address::parse("127.0.0.2", 0)};  // dead or not, it is all there is
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");
  dialed_ = false;

  scope_.spawn(dial(dialer, listener->local().port(), got));
  turn_until([&] { return dialed_; });

  EXPECT_EQ(got.error().kind, Kind::NotListening);
}

TEST_F(SocketTest, F016_ASilentAddressEndsAtItsOwnDeadline) {
  const SilentAddress silent;
  resolver_.answer = {silent.address()};
  TcpDialer dialer(loop_, resolver_);
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");

  scope_.spawn(dial(dialer, silent.address().port(), got, milliseconds(50)));
  turn_until([&] { return dialed_; });

  EXPECT_EQ(got.error().kind, Kind::Timeout);
}

TEST_F(SocketTest, DroppingADialLeavesNothingBehind) {
  const SilentAddress silent;
  resolver_.answer = {silent.address(), silent.address()};
  TcpDialer dialer(loop_, resolver_);
  Result<Stream> got = failure(Kind::Internal, Origin::Here, "");
  {
    Scope scope([](const Error&) {});
    scope.spawn(dial(dialer, silent.address().port(), got));
    loop_.run_once();
  }
  EXPECT_FALSE(dialed_);  // and the loop closes empty, which its destructor asserts
}

TEST_F(SocketTest, F050_OutOfDescriptorsOneClientHearsOfItAndTheRestWait) {
  int accepted = 0;
  auto listener = listen([&](int fd, const Address&) {
    ++accepted;
    kept_.push_back(std::move(*Stream::adopt(loop_, fd, loopback(), Origin::Client)));
  });
  std::vector<int> clients;
  for (int i = 0; i < 3; ++i) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const Address to = listener->local();
    ASSERT_EQ(connect(client, to.raw(), to.raw_size()), 0);
    clients.push_back(client);
  }
  std::vector<int> hoard;
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  rlimit low{.rlim_cur = 200, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);
  while (true) {
    const int taken = dup(0);
    if (taken < 0) break;
    hoard.push_back(taken);
  }

  loop_.run_once();
  std::array<char, 64> heard{};
  const ssize_t count = recv(clients[0], heard.data(), heard.size(), 0);
  EXPECT_EQ(std::string_view(heard.data(), static_cast<std::size_t>(count)), "-ERR full\r\n");
  EXPECT_EQ(accepted, 0);

  for (const int taken : hoard)
    ::close(taken);
  setrlimit(RLIMIT_NOFILE, &old);
  turn_until([&] { return accepted == 2; });
  for (const int client : clients)
    ::close(client);
  kept_.clear();
}

TEST_F(SocketTest, F059_AcceptsAreBoundedPerTurn) {
  int accepted = 0;
  auto listener = listen([&](int fd, const Address&) {
    ++accepted;
    ::close(fd);
  });
  std::vector<int> clients;
  for (int i = 0; i < 100; ++i) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const Address to = listener->local();
    ASSERT_EQ(connect(client, to.raw(), to.raw_size()), 0);
    clients.push_back(client);
  }

  loop_.run_once();

  EXPECT_EQ(accepted, Listener::kAcceptsPerTurn);
  turn_until([&] { return accepted == 100; });
  for (const int client : clients)
    ::close(client);
}

TEST(AddressTest, ReadsAndWritesBothFamilies) {
  const auto text = [](std::string_view host) {
    const auto parsed = Address::parse(host, 110);
    return parsed ? parsed->text() : "refused";
  };

  EXPECT_EQ(text("192.0.2.1"), "192.0.2.1:110");
  EXPECT_EQ(text("2001:db8::1"), "[2001:db8::1]:110");
  EXPECT_EQ(text("[::1]"), "[::1]:110");
  EXPECT_EQ(text("::ffff:192.0.2.1"), "192.0.2.1:110");
  EXPECT_EQ(text("example.org"), "refused");
  EXPECT_EQ(text("192.0.2"), "refused");
  EXPECT_EQ(text(""), "refused");
  EXPECT_TRUE(Address::parse("127.3.2.1", 1)->is_loopback());
  EXPECT_TRUE(Address::parse("::1", 1)->is_loopback());
  EXPECT_TRUE(Address::parse("::ffff:127.0.0.1", 1)->is_loopback());
  EXPECT_FALSE(Address::parse("192.0.2.1", 1)->is_loopback());
}

Task<> hold(Loop& loop, Slots& slots, std::string name, Duration how_long, std::string& log) {
  auto slot = co_await attempt(slots.take(Deadline{loop.now() + seconds(10)}));
  log += name + (slot ? "+" : std::string("!") + std::string(name_of(slot.error().kind)));
  if (!slot) co_return;
  (void)co_await attempt(sleep_until(loop, Deadline{loop.now() + how_long}));
  log += name + "-";
}

TEST(SlotsTest, F060_ServesInOrderWithinItsPlacesItsQueueAndItsTime) {
  Loop loop{Time(seconds(1000))};
  Slots slots(loop, 1, 2);
  std::string log;
  Scope scope([](const Error&) {});

  scope.spawn(hold(loop, slots, "a", seconds(4), log));
  scope.spawn(hold(loop, slots, "b", seconds(100), log));
  scope.spawn(hold(loop, slots, "c", seconds(1), log));
  scope.spawn(hold(loop, slots, "d", seconds(1), log));
  EXPECT_EQ(log, "a+d!limit");
  loop.turn_clock(seconds(4));
  EXPECT_EQ(log, "a+d!limita-b+");
  loop.turn_clock(seconds(6));
  EXPECT_EQ(log, "a+d!limita-b+c!timeout");
  scope.cancel();
  loop.settle();

  EXPECT_EQ(slots.taken(), 0U);
  EXPECT_EQ(slots.queued(), 0U);
}

TEST(SlotsTest, F060_APlaceOnItsWayToOneThatIsDroppedGoesOn) {
  Loop loop{Time(seconds(1000))};
  Slots slots(loop, 1, 5);
  std::string log;
  Scope first([](const Error&) {});
  first.spawn(hold(loop, slots, "a", seconds(4), log));
  {
    Scope dropped([](const Error&) {});
    dropped.spawn(hold(loop, slots, "b", seconds(4), log));
    first.cancel();  // a's place is granted to b, who is not told any more
  }
  EXPECT_EQ(slots.taken(), 0U);
  EXPECT_EQ(slots.queued(), 0U);
}

}  // namespace
}  // namespace postern::net
