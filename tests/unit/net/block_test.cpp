// Blocks that are used again and again: whoever has one sees what was put into it since, and of the
// octets of whoever had it before nothing.

#include "net/block.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::net {
namespace {

constexpr std::string_view kSecret = "PASS correct horse battery staple\r\n";

std::string secrets(std::size_t octets) {
  std::string text;
  while (text.size() < octets)
    text += kSecret;
  text.resize(octets);
  return text;
}

// A block that somebody filled, all of it, and put back.
Block* used_before(BlockPool& pool, std::size_t octets) {
  Block* block = pool.get(octets);
  block->append(secrets(octets));
  pool.put(block);
  return block;
}

TEST(Block, T063_ABlockThatIsHadAgainIsEmpty) {
  BlockPool pool;
  for (const std::size_t octets : {BlockPool::kSmall, BlockPool::kLarge}) {
    const Block* before = used_before(pool, octets);

    Block* block = pool.get(octets);

    ASSERT_EQ(block, before) << "or nothing would be shown";
    EXPECT_EQ(block->size(), 0);
    EXPECT_EQ(block->octets(), "");
    EXPECT_EQ(block->room().size(), octets);
    block->append("+OK\r\n");
    EXPECT_EQ(block->octets(), "+OK\r\n");
    pool.put(block);
  }
}

TEST(Block, T063_OfABlockThatMayHaveHeldCredentialsNoOctetIsLeftInTheMemory) {
  BlockPool pool;
  for (const std::size_t taken : {std::size_t{0}, std::size_t{7}, BlockPool::kSmall}) {
    Block* block = pool.get(BlockPool::kSmall);
    block->append(secrets(BlockPool::kSmall));
    block->take(taken);
    pool.put(block);

    ASSERT_EQ(pool.get(BlockPool::kSmall), block);
    EXPECT_TRUE(std::ranges::all_of(block->room(), [](char octet) { return octet == 0; }));
    pool.put(block);
  }
}

TEST(Block, T063_WhatWasMovedToTheFrontLeavesNothingBehindIt) {
  BlockPool pool;
  used_before(pool, BlockPool::kSmall);  // so that all of it is wiped, which new memory is not
  Block* block = pool.get(BlockPool::kSmall);
  block->append(std::string(100, 'x') + std::string(kSecret));
  block->take(100);
  block->compact();
  pool.put(block);

  ASSERT_EQ(pool.get(BlockPool::kSmall), block);

  EXPECT_TRUE(std::ranges::all_of(block->room(), [](char octet) { return octet == 0; }));
  pool.put(block);
}

TEST(Block, T063_WhatWasTakenCanBeOverwrittenAtOnce) {
  BlockPool pool;
  Block* block = pool.get(BlockPool::kSmall);
  block->append(kSecret);
  const std::string_view whole = block->octets();
  block->take(kSecret.size() - 2);

  block->wipe_taken();

  EXPECT_EQ(block->octets(), "\r\n");
  EXPECT_EQ(whole, std::string(kSecret.size() - 2, '\0') + "\r\n");
  pool.put(block);
}

TEST(BlockQueue, T063_AQueueGivesItsOwnOctetsInTheirOrderWhateverWasInItsBlocks) {
  BlockPool pool;
  for (int round = 0; round < 20; ++round) {
    std::vector<Block*> out;
    for (const std::size_t octets : {BlockPool::kSmall, BlockPool::kLarge, std::size_t{100}})
      out.push_back(pool.get(octets));
    for (Block* block : out) {
      block->append(secrets(block->capacity()));
      pool.put(block);
    }
    const std::string own(static_cast<std::size_t>(round) * 30'000 + 1, 'o');
    BlockQueue queue(pool);
    for (std::size_t at = 0; at < own.size(); at += 4099)
      ASSERT_TRUE(queue.append(std::string_view(own).substr(at, 4099)));

    std::string heard;
    while (Block* block = queue.pop()) {
      heard += block->octets();
      pool.put(block);
    }

    ASSERT_EQ(heard, own);
  }
  EXPECT_EQ(pool.held(), 0);
}

}  // namespace
}  // namespace postern::net
