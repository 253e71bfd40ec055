// The rows of the index: what is unsealed is what was sealed, or nothing.

#include "proxy/index_chunk.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/proxy/index_scene.hpp"

namespace postern::proxy {
namespace {

using upstream::ListedMessage;
using upstream::ListedMessages;

IndexSealer sealer(unsigned char mailbox = 1) {
  IndexSealer made{.key = {}, .mailbox = {}};
  made.key.fill(std::byte{9});
  made.mailbox.fill(mailbox);
  return made;
}

std::vector<ListedMessage> messages(std::uint32_t first, std::size_t count) {
  std::vector<ListedMessage> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back({.uid = wire::Uid{first + static_cast<std::uint32_t>(i)},
                    .received = 1'700'000'000 + static_cast<std::uint32_t>(i) * 600,
                    .size = 4000 + i,
                    .exact = true});
  }
  return made;
}

bool same_messages(const ListedMessages& one, const ListedMessages& other) {
  return same({.known = {.messages = one}}, {.known = {.messages = other}});
}

TEST(IndexChunk, RandomMailboxesComeBackAsTheyWere) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    const IndexedMailbox mailbox = numbered_mailbox(number);
    std::vector<ListedMessage> back;
    IndexedMessages rest = mailbox.known.messages;
    while (!rest.empty()) {
      const IndexedMessages chunk = first_chunk(rest);
      const std::string row = sealed_chunk(sealer(), chunk);
      ASSERT_TRUE(unseal_chunk(sealer(), wire::raw(chunk.front().uid), row, back));
      rest = rest.subspan(chunk.size());
    }
    ASSERT_TRUE(same_messages(back, mailbox.known.messages)) << number;
  }
}

TEST(IndexChunk, TheFarEndsOfAllNumbersComeBack) {
  const std::vector<ListedMessage> ends = {
      {.uid = wire::Uid{1}, .received = std::numeric_limits<std::uint32_t>::max(), .size = 0},
      {.uid = wire::Uid{std::numeric_limits<std::uint32_t>::max()},
       .received = 0,
       .size = std::numeric_limits<std::uint64_t>::max() >> 2U,
       .exact = true,
       .tombstone = true}};

  std::vector<ListedMessage> back;
  ASSERT_TRUE(unseal_chunk(sealer(), 1, sealed_chunk(sealer(), ends), back));

  EXPECT_TRUE(same_messages(back, ends));
}

TEST(IndexChunk, AMessageTakesFewOctets) {
  const auto many = messages(1, 10'000);
  std::size_t octets = 0;
  std::size_t chunks = 0;
  for (IndexedMessages rest = many; !rest.empty(); ++chunks) {
    const IndexedMessages chunk = first_chunk(rest);
    octets += sealed_chunk(sealer(), chunk).size();
    rest = rest.subspan(chunk.size());
  }

  EXPECT_LT(octets, many.size() * 8);
  EXPECT_GT(chunks, 20U);
  EXPECT_LT(chunks, 80U);
}

TEST(IndexChunk, AMessageThatGoesChangesItsOwnChunkOnly) {
  const auto rows_of = [](const std::vector<ListedMessage>& all) {
    std::vector<std::string> rows;
    for (IndexedMessages rest = all; !rest.empty();) {
      const IndexedMessages chunk = first_chunk(rest);
      rows.push_back(sealed_chunk(sealer(), chunk));
      rest = rest.subspan(chunk.size());
    }
    return rows;
  };
  auto all = messages(1, 20'000);
  const auto before = rows_of(all);
  all.erase(all.begin() + 5);
  const auto after = rows_of(all);

  ASSERT_GT(before.size(), 10U);
  const std::size_t tail = before.size() - 3;
  for (std::size_t i = 1; i < tail; ++i)
    EXPECT_EQ(before[before.size() - i], after[after.size() - i]);
}

TEST(IndexChunk, F063_NoFlippedBitPasses) {
  const std::string row = sealed_chunk(sealer(), messages(7, 70));
  for (std::size_t bit = 0; bit < row.size() * 8; ++bit) {
    std::string damaged = row;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    std::vector<ListedMessage> back;
    ASSERT_FALSE(unseal_chunk(sealer(), 7, damaged, back)) << bit;
  }
}

TEST(IndexChunk, F063_NoShorterOrLongerRowPasses) {
  const std::string row = sealed_chunk(sealer(), messages(7, 70));
  std::vector<ListedMessage> back;
  for (std::size_t size = 0; size < row.size(); ++size)
    ASSERT_FALSE(unseal_chunk(sealer(), 7, row.substr(0, size), back)) << size;
  EXPECT_FALSE(unseal_chunk(sealer(), 7, row + "x", back));
}

TEST(IndexChunk, T062_ARowOfAnotherMailboxOrPlaceDoesNotPass) {
  const std::string row = sealed_chunk(sealer(1), messages(7, 70));
  std::vector<ListedMessage> back;

  EXPECT_FALSE(unseal_chunk(sealer(2), 7, row, back));
  EXPECT_FALSE(unseal_chunk(sealer(1), 8, row, back));
  EXPECT_TRUE(back.empty());
  EXPECT_TRUE(unseal_chunk(sealer(1), 7, row, back));
}

TEST(IndexChunk, AChunkThatIsNotBehindTheOneBeforeDoesNotPass) {
  std::vector<ListedMessage> back;
  ASSERT_TRUE(unseal_chunk(sealer(), 7, sealed_chunk(sealer(), messages(7, 70)), back));

  EXPECT_FALSE(unseal_chunk(sealer(), 76, sealed_chunk(sealer(), messages(76, 70)), back));
}

TEST(IndexChunk, SealedNonsenseIsNoChunk) {
  std::mt19937_64 random(62);
  for (int round = 0; round < 20'000; ++round) {
    std::string row(random() % 40, '\0');
    for (char& octet : row)
      octet = static_cast<char>(random() % 4 == 0 ? 0xff : random());
    sealer().seal(1, row);
    std::vector<ListedMessage> back;
    if (!unseal_chunk(sealer(), 1, row, back)) continue;
    for (std::size_t i = 1; i < back.size(); ++i)
      ASSERT_LT(back[i - 1].uid, back[i].uid);
    ASSERT_FALSE(back.empty());
  }
}

TEST(IndexHead, ComesBackAsItWas) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    IndexHead head{
        .mailbox = numbered_mailbox(number, 0), .messages = 9, .chunks = 3, .sum = ~0ULL};

    const auto back = IndexHead::unsealed(sealer(), head.sealed(sealer()));

    ASSERT_TRUE(back);
    EXPECT_TRUE(same(back->mailbox, head.mailbox));
    EXPECT_EQ(back->messages, 9U);
    EXPECT_EQ(back->chunks, 3U);
    EXPECT_EQ(back->sum, ~0ULL);
  }
}

TEST(IndexHead, T062_OfAnotherMailboxIsNone) {
  const IndexHead head{.mailbox = numbered_mailbox(1, 0)};

  EXPECT_FALSE(IndexHead::unsealed(sealer(2), head.sealed(sealer(1))));
}

TEST(IndexHead, F063_OfAnotherFormatIsNone) {
  std::string row("\x03", 1);  // one more than is written today
  row += std::string(IndexHead{}.sealed(sealer()).substr(1));
  row.resize(row.size() - kSealOctets);
  sealer().seal(0, row);

  EXPECT_FALSE(IndexHead::unsealed(sealer(), row));
}

}  // namespace
}  // namespace postern::proxy
