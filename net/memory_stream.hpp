// Two streams joined in memory, for stories and the simulator.
//
// What one end writes the other reads, on the same loop, in a later turn. A pipe can be told to be
// small, so that a peer that does not read is felt, and to deliver in pieces, so that every border
// of every message is met.

#pragma once

#include "net/stream.hpp"

#include <cstddef>
#include <functional>
#include <utility>

namespace postern::net {

struct PipeShape {
  std::size_t capacity = std::size_t{64} << 10U;  // octets under way in one direction

  // Octets of the next delivery; at least one. Unset: all there are.
  std::function<std::size_t()> next_piece;

  // Where the ends claim to be; unknown unless told.
  Address first_address{};
  Address second_address{};
};

// The first stream's reads fail with Origin::Client or Upstream as given, likewise the second's.
std::pair<Stream, Stream> memory_pair(Loop& loop,
                                      Origin first,
                                      Origin second,
                                      const PipeShape& shape = {});

}  // namespace postern::net
