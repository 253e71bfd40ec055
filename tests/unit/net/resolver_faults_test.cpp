// A name service that fails, is slow, or comes back, as SystemResolver sees it.
//
// This program stands in for libuv's look-up: questions wait here until a test answers them, on a
// clock that is turned by hand.

#include "net/resolver.hpp"
#include "net/scope.hpp"

#include <gtest/gtest.h>
#include <uv.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

struct Asked {
  uv_getaddrinfo_t* request;
  uv_getaddrinfo_cb answer;
  std::string name;
};

std::deque<Asked>& questions() {
  static std::deque<Asked> asked;
  return asked;
}

// Frees what answer() below made of one allocation, like the real one.
void free_list(addrinfo* list) {
  while (list != nullptr) {
    addrinfo* next = list->ai_next;
    delete reinterpret_cast<sockaddr_in*>(list->ai_addr);
    delete list;
    list = next;
  }
}

}  // namespace

extern "C" {

int uv_getaddrinfo(uv_loop_t* /*loop*/,
                   uv_getaddrinfo_t* request,
                   uv_getaddrinfo_cb callback,
                   const char* name,
                   const char* /*service*/,
                   const addrinfo* /*hints*/) {
  questions().push_back({request, callback, name});
  return 0;
}

void uv_freeaddrinfo(addrinfo* list) {
  free_list(list);
}

int uv_cancel(uv_req_t* /*request*/) {
  return UV_EBUSY;  // it is under way, as a slow one is
}

}  // extern "C"

namespace postern::net {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class ResolverFaultsTest : public testing::Test {
 protected:
  ~ResolverFaultsTest() override {
    while (!questions().empty())
      answer(UV_ECANCELED);
  }

  Task<> ask(std::string name, Duration patience = seconds(30)) {
    auto got =
        co_await attempt(resolver_.resolve(std::move(name), Deadline{loop_.now() + patience}));
    log_ += got ? got->front().host() + " " : std::string(name_of(got.error().kind)) + " ";
  }

  // What asking now gives, and whether anybody had to be asked for it.
  std::string answer_to(const std::string& name, Duration patience = seconds(30)) {
    log_.clear();
    scope_.spawn(ask(name, patience));
    loop_.settle();
    return log_;
  }

  // Answers the oldest question.
  void answer(int status, const std::vector<std::string>& addresses = {}) {
    const Asked asked = questions().front();
    questions().pop_front();
    addrinfo* list = nullptr;
    for (const std::string& each : addresses) {
      auto* place = new sockaddr_in{};
      place->sin_family = AF_INET;
      uv_inet_pton(AF_INET, each.c_str(), &place->sin_addr);
      list = new addrinfo{.ai_addrlen = sizeof *place,
                          .ai_addr = reinterpret_cast<sockaddr*>(place),
                          .ai_next = list};
    }
    asked.answer(asked.request, status, list);
    loop_.settle();
  }

  Loop loop_{Time(seconds(1000))};
  SystemResolver resolver_{loop_};
  std::string log_;
  Scope scope_{[](const Error&) {}};
};

TEST_F(ResolverFaultsTest, F048_TheLastGoodAnswerIsUsedWhileTheServiceFails) {
  answer_to("imap.test");
  answer(0, {"192.0.2.7"});
  loop_.turn_clock(SystemResolver::kFresh);

  EXPECT_EQ(answer_to("imap.test"), "192.0.2.7 ") << "at once, while it is asked for anew";
  answer(UV_EAI_AGAIN);
  EXPECT_EQ(answer_to("imap.test"), "192.0.2.7 ");
  EXPECT_TRUE(questions().empty()) << "not asked again so soon";

  loop_.turn_clock(SystemResolver::kStale);
  EXPECT_EQ(answer_to("imap.test"), "") << "the grace is over";
  answer(UV_EAI_AGAIN);
  EXPECT_EQ(log_, "no_name ");
}

TEST_F(ResolverFaultsTest, F048_ANameThatIsGoneIsNotUsedAnyMore) {
  answer_to("imap.test");
  answer(0, {"192.0.2.7"});
  loop_.turn_clock(SystemResolver::kFresh);
  answer_to("imap.test");
  answer(UV_EAI_NONAME);

  EXPECT_EQ(answer_to("imap.test"), "no_name ");
}

TEST_F(ResolverFaultsTest, F048_AnEmptyAnswerIsAFailure) {
  answer_to("imap.test");
  answer(0);

  EXPECT_EQ(log_, "no_name ");
}

TEST_F(ResolverFaultsTest, F048_AServiceThatSaysNothingCostsEachItsOwnPatienceOnly) {
  answer_to("slow.test", seconds(5));
  answer_to("slow.test", seconds(8));
  EXPECT_EQ(questions().size(), 1U);

  log_.clear();
  loop_.turn_clock(seconds(5));
  EXPECT_EQ(log_, "timeout ");
  loop_.turn_clock(seconds(3));
  EXPECT_EQ(log_, "timeout timeout ");

  answer(0, {"192.0.2.8"});
  EXPECT_EQ(answer_to("slow.test"), "192.0.2.8 ") << "it came late, and is kept";
}

TEST_F(ResolverFaultsTest, F048_FewQuestionsAreUnderWayHoweverManyNames) {
  for (int i = 0; i < 10; ++i)
    answer_to("host" + std::to_string(i) + ".test");

  EXPECT_EQ(questions().size(), SystemResolver::kQuestionsMax);
  EXPECT_EQ(answer_to("192.0.2.9"), "192.0.2.9 ") << "numbers need nobody";
  std::size_t most = 0;
  int answered = 0;
  for (; !questions().empty(); ++answered) {
    most = std::max(most, questions().size());
    answer(0, {"192.0.2.7"});
  }
  EXPECT_EQ(answered, 10);
  EXPECT_EQ(most, SystemResolver::kQuestionsMax);
}

TEST_F(ResolverFaultsTest, F048_TheServiceIsAskedAgainAfterAWhile) {
  answer_to("imap.test");
  answer(UV_EAI_FAIL);
  EXPECT_EQ(answer_to("imap.test"), "no_name ");
  EXPECT_TRUE(questions().empty());

  loop_.turn_clock(SystemResolver::kFailed);
  answer_to("imap.test");
  answer(0, {"192.0.2.7"});

  EXPECT_EQ(log_, "192.0.2.7 ");
}

}  // namespace
}  // namespace postern::net
