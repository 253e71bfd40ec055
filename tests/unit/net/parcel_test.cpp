// What comes from another thread: it arrives once, whoever is quicker, and goes nowhere when nobody
// waits any more.

#include "net/parcel.hpp"

#include "net/scope.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace postern::net {
namespace {

using std::chrono::seconds;

// Waits for a parcel, and ends the loop.
struct Recipient {
  Loop& loop;
  std::optional<ParcelSender<std::string>> sender;
  std::optional<std::string> got;
  std::optional<Kind> failed;

  Task<> receive(Duration patience) {
    Parcel<std::string> parcel(loop);
    sender = parcel.sender();
    auto arrived = co_await attempt(parcel.arrival(Deadline{loop.now() + patience}));
    if (arrived) {
      got = *arrived;
    } else {
      failed = arrived.error().kind;
    }
    loop.stop();
  }

  Task<> receive_late() {
    Parcel<std::string> parcel(loop);
    sender = parcel.sender();
    sender->send("early");
    sender->send("second");
    loop.settle();  // delivers it before anybody waits
    got = co_await parcel.arrival(Deadline{loop.now() + seconds(1)});
  }
};

TEST(Parcel, ArrivesFromAnotherThread) {
  Loop loop;
  Recipient recipient{.loop = loop};
  Scope scope([](const Error&) {});
  scope.spawn(recipient.receive(seconds(60)));

  std::thread other([sender = *recipient.sender] { sender.send("here"); });
  loop.run();
  other.join();

  EXPECT_EQ(recipient.got, "here");
}

TEST(Parcel, OfTwoTheFirstIsTakenAndMayBeThereBeforeAnybodyWaits) {
  Loop loop(Time{seconds(100)});
  Recipient recipient{.loop = loop};
  Scope scope([](const Error&) {});

  scope.spawn(recipient.receive_late());

  EXPECT_EQ(recipient.got, "early");
}

TEST(Parcel, GoesNowhereWhenWhoeverWaitedHasGone) {
  Loop loop(Time{seconds(100)});
  Recipient recipient{.loop = loop};
  {
    Scope scope([](const Error&) {});
    scope.spawn(recipient.receive(seconds(60)));
    scope.cancel();
  }

  recipient.sender->send("too late");
  loop.settle();

  EXPECT_EQ(recipient.failed, Kind::Cancelled);
  EXPECT_FALSE(recipient.got);
}

TEST(Parcel, GoesNowhereWhenItWasSentButNotDeliveredBefore) {
  Loop loop(Time{seconds(100)});
  Recipient recipient{.loop = loop};
  {
    Scope scope([](const Error&) {});
    scope.spawn(recipient.receive(seconds(60)));
    recipient.sender->send("on its way");
  }

  loop.settle();

  EXPECT_FALSE(recipient.got);
}

TEST(Parcel, GoesNowhereWhenTheLoopHasEnded) {
  std::optional<ParcelSender<std::string>> sender;
  {
    Loop loop(Time{seconds(100)});
    Recipient recipient{.loop = loop};
    Scope scope([](const Error&) {});
    scope.spawn(recipient.receive(seconds(60)));
    sender = recipient.sender;
  }

  sender->send("too late");
}

TEST(Parcel, IsNotWaitedForBeyondTheDeadline) {
  Loop loop(Time{seconds(100)});
  Recipient recipient{.loop = loop};
  Scope scope([](const Error&) {});
  scope.spawn(recipient.receive(seconds(2)));

  loop.turn_clock(seconds(3));

  EXPECT_EQ(recipient.failed, Kind::Timeout);
}

}  // namespace
}  // namespace postern::net
