// Numbers, seals, rows.

#include "proxy/index_chunk.hpp"

#include <limits>

namespace postern::proxy {

using upstream::ListedMessage;

namespace {

// Raised whenever rows are written in another way.
constexpr std::uint64_t kFormat = 2;

constexpr std::size_t kChunkMin = 64;
constexpr std::size_t kChunkMax = 1024;

constexpr std::uint64_t kComplete = 1;
constexpr std::uint64_t kCountingTrusted = 2;
constexpr std::uint64_t kCommitted = 4;
constexpr std::uint64_t kInterrupted = 8;

constexpr std::uint64_t kExact = 1;
constexpr std::uint64_t kTombstone = 2;

void put(std::string& row, std::uint64_t number) {
  while (number >= 0x80) {
    row += static_cast<char>((number & 0x7fU) | 0x80U);
    number >>= 7U;
  }
  row += static_cast<char>(number);
}

// Small numbers of either sign become small ones without.
void put_signed(std::string& row, std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  put(row, (bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0));
}

void put_whole(std::string& row, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    row += static_cast<char>((number >> shift) & 0xffU);
}

std::uint64_t whole(std::string_view octets) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;)
    number = number << 8U | static_cast<unsigned char>(octets[i]);
  return number;
}

// Takes numbers off the front of a row. Once one is not there, none is.
class Reader {
 public:
  explicit Reader(std::string_view row) : row_(row) {}

  std::uint64_t number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !row_.empty(); shift += 7) {
      const auto octet = static_cast<unsigned char>(row_.front());
      row_.remove_prefix(1);
      const std::uint64_t bits = octet & 0x7fU;
      if (shift == 63 && bits > 1) break;
      number |= bits << shift;
      if ((octet & 0x80U) == 0) return number;
    }
    good_ = false;
    row_ = {};
    return 0;
  }

  std::int64_t signed_number() {
    const std::uint64_t number = this->number();
    return static_cast<std::int64_t>((number >> 1U) ^ ((number & 1U) != 0 ? ~std::uint64_t{0} : 0));
  }

  std::uint64_t whole_number() {
    if (row_.size() < 8) {
      good_ = false;
      row_ = {};
      return 0;
    }
    const std::uint64_t number = whole(row_);
    row_.remove_prefix(8);
    return number;
  }

  [[nodiscard]] bool good() const { return good_; }

  [[nodiscard]] bool at_end() const { return row_.empty(); }

 private:
  std::string_view row_;
  bool good_ = true;
};

constexpr std::uint64_t kUidMax = std::numeric_limits<std::uint32_t>::max();

// One UID in 256 ends a chunk. The multiplier is 2^32 by the golden ratio: it spreads neighbours
// evenly.
bool ends_chunk(wire::Uid uid) {
  return (wire::raw(uid) * std::uint32_t{2654435769U}) >> 24U == 0;
}

}  // namespace

// ---- seals

void IndexSealer::seal(std::uint64_t place, std::string& row) const {
  std::string sealed(mailbox.begin(), mailbox.end());
  put_whole(sealed, place);
  sealed += row;
  put_whole(row, metrics::siphash(key, sealed));
}

std::optional<std::string_view> IndexSealer::unsealed(std::uint64_t place,
                                                      std::string_view row) const {
  if (row.size() < kSealOctets) return std::nullopt;
  std::string again(row.substr(0, row.size() - kSealOctets));
  seal(place, again);
  if (again != row) return std::nullopt;
  return row.substr(0, row.size() - kSealOctets);
}

void IndexSum::add(std::string_view chunk) {
  std::string both;
  put_whole(both, value_);
  both += chunk.substr(chunk.size() - kSealOctets);
  value_ = metrics::siphash(key_, both);
  ++chunks_;
}

// ---- heads

std::string IndexHead::sealed(const IndexSealer& sealer) const {
  const upstream::KnownMailbox& known = mailbox.known;
  std::string row;
  put(row, kFormat);
  put(row, wire::raw(known.uid_validity));
  put(row, known.uid_next);
  put(row, known.modseq);
  put_signed(row, known.listed_at);
  put(row,
      (known.complete ? kComplete : 0) | (known.counting_trusted ? kCountingTrusted : 0) |
          (mailbox.committed ? kCommitted : 0) | (mailbox.interrupted ? kInterrupted : 0));
  put(row, messages);
  put(row, chunks);
  put_whole(row, sum);
  sealer.seal(0, row);
  return row;
}

std::optional<IndexHead> IndexHead::unsealed(const IndexSealer& sealer, std::string_view row) {
  const auto octets = sealer.unsealed(0, row);
  if (!octets) return std::nullopt;
  Reader reader(*octets);
  if (reader.number() != kFormat) return std::nullopt;
  IndexHead head;
  upstream::KnownMailbox& known = head.mailbox.known;
  const std::uint64_t validity = reader.number();
  known.uid_validity = wire::UidValidity{static_cast<std::uint32_t>(validity)};
  known.uid_next = reader.number();
  known.modseq = reader.number();
  known.listed_at = reader.signed_number();
  const std::uint64_t flags = reader.number();
  known.complete = (flags & kComplete) != 0;
  known.counting_trusted = (flags & kCountingTrusted) != 0;
  head.mailbox.committed = (flags & kCommitted) != 0;
  head.mailbox.interrupted = (flags & kInterrupted) != 0;
  head.messages = reader.number();
  head.chunks = reader.number();
  head.sum = reader.whole_number();
  const bool fits = validity <= kUidMax && known.uid_next <= kUidMax + 1 &&
                    head.messages <= kIndexedMessagesMax && head.chunks <= head.messages;
  if (!reader.good() || !reader.at_end() || !fits) return std::nullopt;
  return head;
}

// ---- chunks

IndexedMessages first_chunk(IndexedMessages messages) {
  std::size_t count = 0;
  while (count < messages.size() && count < kChunkMax) {
    if (ends_chunk(messages[count++].uid) && count >= kChunkMin) break;
  }
  return messages.first(count);
}

std::string sealed_chunk(const IndexSealer& sealer, IndexedMessages chunk) {
  std::string row;
  row.reserve(chunk.size() * 8);
  put(row, chunk.size());
  std::uint32_t uid = wire::raw(chunk.front().uid);
  std::int64_t received = 0;
  for (const ListedMessage& message : chunk) {
    put(row, wire::raw(message.uid) - uid);
    put(row,
        std::uint64_t{message.size} << 2U | (message.exact ? kExact : 0) |
            (message.tombstone ? kTombstone : 0));
    put_signed(row, std::int64_t{message.received} - received);
    uid = wire::raw(message.uid);
    received = message.received;
  }
  sealer.seal(wire::raw(chunk.front().uid), row);
  return row;
}

bool unseal_chunk(const IndexSealer& sealer,
                  std::uint64_t place,
                  std::string_view row,
                  std::vector<ListedMessage>& onto) {
  const auto octets = sealer.unsealed(place, row);
  if (!octets) return false;
  Reader reader(*octets);
  const std::uint64_t count = reader.number();
  std::uint64_t uid = place;
  std::int64_t received = 0;
  std::uint64_t before = onto.empty() ? 0 : wire::raw(onto.back().uid);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t distance = reader.number();
    const std::uint64_t size = reader.number();
    const std::int64_t later = reader.signed_number();
    if (!reader.good() || distance > kUidMax || later > std::int64_t{kUidMax} ||
        later < -std::int64_t{kUidMax}) {
      return false;
    }
    uid += distance;
    received += later;
    if (uid > kUidMax || uid <= before || received < 0 || received > std::int64_t{kUidMax}) {
      return false;
    }
    before = uid;
    onto.push_back({.uid = wire::Uid{static_cast<std::uint32_t>(uid)},
                    .received = static_cast<std::uint32_t>(received),
                    .size = size >> 2U,
                    .exact = (size & kExact) != 0,
                    .tombstone = (size & kTombstone) != 0});
  }
  return count > 0 && reader.good() && reader.at_end();
}

}  // namespace postern::proxy
