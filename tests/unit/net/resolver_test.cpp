// Names: one question at a time for each, however many want the answer; numbers need none.

#include "net/resolver.hpp"

#include "net/scope.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::net {
namespace {

using std::chrono::seconds;

class ResolverTest : public testing::Test {
 protected:
  Task<> ask(std::string name) { return ask_of(resolver_, std::move(name)); }

  Task<> ask_of(Resolver& resolver, std::string name) {
    auto got =
        co_await attempt(resolver.resolve(std::move(name), Deadline{loop_.now() + seconds(30)}));
    for (const Address& address : got.value_or(std::vector<Address>{})) {
      log_ += address.text() + " ";
    }
    if (!got) log_ += std::string(name_of(got.error().kind)) + " ";
    ++answered_;
  }

  void turn_until_answered(int count) {
    for (int turn = 0; turn < 100'000 && answered_ < count; ++turn)
      loop_.run_once();
    ASSERT_EQ(answered_, count);
  }

  Loop loop_;
  int questions_ = 0;
  SystemResolver resolver_{loop_, [this](const Lookup&) { ++questions_; }};
  std::string log_;
  int answered_ = 0;
  Scope scope_{[](const Error&) {}};
};

TEST_F(ResolverTest, TakesNumbersAsTheyAreWithoutAsking) {
  scope_.spawn(ask("192.0.2.7"));
  scope_.spawn(ask("[2001:db8::7]"));

  EXPECT_EQ(log_, "192.0.2.7:0 [2001:db8::7]:0 ");
  EXPECT_EQ(questions_, 0);
}

TEST_F(ResolverTest, F048_AsksOnceForManyAndRemembers) {
  for (int i = 0; i < 20; ++i)
    scope_.spawn(ask("localhost"));
  turn_until_answered(20);
  EXPECT_EQ(questions_, 1);
  EXPECT_NE(log_.find("127.0.0.1:0"), std::string::npos) << log_;

  scope_.spawn(ask("localhost"));

  EXPECT_EQ(answered_, 21) << "answered at once, from memory";
  EXPECT_EQ(questions_, 1);
}

TEST_F(ResolverTest, F048_ANameThatCannotBeIsAnErrorAndNotAskedForAgainAtOnce) {
  const std::string impossible(300, 'x');
  scope_.spawn(ask(impossible));
  turn_until_answered(1);
  EXPECT_EQ(log_, "no_name ");

  scope_.spawn(ask(impossible));

  EXPECT_EQ(answered_, 2);
}

TEST_F(ResolverTest, MayEndWhileAQuestionIsUnderWay) {
  {
    SystemResolver brief(loop_);
    Scope scope([](const Error&) {});
    scope.spawn(ask_of(brief, "localhost"));
  }
  EXPECT_EQ(answered_, 0);  // and the loop closes empty, which its destructor asserts
}

}  // namespace
}  // namespace postern::net
