// The parameter that asks who has vanished: exact where it is short, and bounded where it is not.

#include "upstream/known_uids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::upstream {
namespace {

KnownMailbox mailbox_of(const std::vector<std::uint32_t>& uids) {
  std::vector<ListedMessage> messages;
  for (const std::uint32_t uid : uids)
    messages.push_back({.uid = wire::Uid{uid}, .size = 1});
  return {.uid_validity = wire::UidValidity{7}, .modseq = 90, .messages = std::move(messages)};
}

// Of so many messages, each `step` behind the one before.
KnownMailbox mailbox_of_every(std::uint32_t step, std::uint32_t count) {
  std::vector<std::uint32_t> uids;
  for (std::uint32_t i = 1; i <= count; ++i)
    uids.push_back(i * step);
  return mailbox_of(uids);
}

TEST(KnownUids, NamesTheNumberingAndTheModseq) {
  const KnownUids uids(mailbox_of({5}));

  EXPECT_EQ(uids.state().uid_validity, wire::UidValidity{7});
  EXPECT_EQ(uids.state().modseq, 90);
}

TEST(KnownUids, JoinsNeighboursToRanges) {
  const KnownUids uids(mailbox_of({3, 4, 5, 9, 11, 12}));

  EXPECT_EQ(uids.state().uids, "3:5,9,11:12");
}

TEST(KnownUids, TheHighestUidsThatThereAreJoinLikeOthers) {
  const KnownUids uids(mailbox_of({1, 4294967294, 4294967295}));

  EXPECT_EQ(uids.state().uids, "1,4294967294:4294967295");
}

TEST(KnownUids, OfNothingTellsNothing) {
  const KnownUids uids(mailbox_of({}));

  EXPECT_EQ(uids.state().uids, "");
  EXPECT_EQ(uids.state().matched_sequences, "");
  EXPECT_EQ(uids.state().matched_uids, "");
}

TEST(KnownUids, PlacesAreTheCloserTheNearerToTheEnd) {
  const KnownUids uids(mailbox_of_every(10, 20));

  EXPECT_EQ(uids.state().matched_sequences, "5,13,17,19,20");
  EXPECT_EQ(uids.state().matched_uids, "50,130,170,190,200");
}

TEST(KnownUids, FewMessagesHaveTheirPlacesToo) {
  EXPECT_EQ(KnownUids(mailbox_of({8})).state().matched_sequences, "1");
  EXPECT_EQ(KnownUids(mailbox_of({8, 9})).state().matched_sequences, "1,2");
  EXPECT_EQ(KnownUids(mailbox_of({8, 9})).state().matched_uids, "8,9");
}

TEST(KnownUids, NoMorePlacesThanAllowed) {
  const KnownUids uids(mailbox_of_every(1, 1'000'000));

  const std::string places(uids.state().matched_sequences);

  EXPECT_EQ(std::ranges::count(places, ','), KnownUids::kPlacesMax - 1);
  EXPECT_TRUE(places.ends_with(",1000000"));
  EXPECT_TRUE(places.starts_with("967233,"));  // 32,767 before the last
}

TEST(KnownUids, ASetThatIsTooLongIsLeftOutAndPlacesAreNot) {
  std::vector<std::uint32_t> uids;
  for (std::uint32_t uid = 4; uid <= 1820; uid += 2)
    uids.push_back(uid);
  uids.push_back(2000);
  EXPECT_EQ(KnownUids(mailbox_of(uids)).state().uids.size(), KnownUids::kSetOctetsMax);

  uids.back() = 20'000;  // an octet more

  const KnownUids longer(mailbox_of(uids));
  EXPECT_EQ(longer.state().uids, "");
  EXPECT_TRUE(longer.state().matched_uids.ends_with(",20000"));
}

}  // namespace
}  // namespace postern::upstream
