// See clean_run.hpp. The block scan compares each octet with the one before it by loading the block
// twice, the second time one octet earlier; so it starts at the second octet of what it is given.

#include "wire/clean_run.hpp"

#if defined(__SSE2__)
#include <bit>
#include <emmintrin.h>
#endif

namespace postern::wire {

namespace {

bool is_clean(char before, char octet) {
  if (octet == '\0' || (octet == '\n') != (before == '\r')) return false;
  return octet != '.' || before != '\n';
}

#if defined(__SSE2__)

constexpr std::size_t kBlockOctets = 16;
constexpr std::size_t kStrideOctets = 4 * kBlockOctets;

__m128i load(const char* octets) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(octets));
}

// All ones where line ends do not fit together or a dot opens a line; NUL is looked for apart.
__m128i misfits(const char* octets, __m128i block) {
  const __m128i before = load(octets - 1);
  const __m128i line_feeds = _mm_cmpeq_epi8(block, _mm_set1_epi8('\n'));
  const __m128i after_return = _mm_cmpeq_epi8(before, _mm_set1_epi8('\r'));
  const __m128i dots = _mm_cmpeq_epi8(block, _mm_set1_epi8('.'));
  const __m128i after_line_feed = _mm_cmpeq_epi8(before, _mm_set1_epi8('\n'));
  return _mm_or_si128(_mm_xor_si128(line_feeds, after_return),
                      _mm_and_si128(dots, after_line_feed));
}

bool stride_is_clean(const char* octets) {
  const __m128i a = load(octets);
  const __m128i b = load(octets + kBlockOctets);
  const __m128i c = load(octets + 2 * kBlockOctets);
  const __m128i d = load(octets + 3 * kBlockOctets);
  const __m128i least = _mm_min_epu8(_mm_min_epu8(a, b), _mm_min_epu8(c, d));
  const __m128i nuls = _mm_cmpeq_epi8(least, _mm_setzero_si128());
  const __m128i ab = _mm_or_si128(misfits(octets, a), misfits(octets + kBlockOctets, b));
  const __m128i cd =
      _mm_or_si128(misfits(octets + 2 * kBlockOctets, c), misfits(octets + 3 * kBlockOctets, d));
  return _mm_movemask_epi8(_mm_or_si128(nuls, _mm_or_si128(ab, cd))) == 0;
}

// A bit for each octet of the block that is not clean.
unsigned unclean_bits(const char* octets) {
  const __m128i block = load(octets);
  const __m128i nuls = _mm_cmpeq_epi8(block, _mm_setzero_si128());
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(nuls, misfits(octets, block))));
}

#endif

}  // namespace

std::size_t clean_run_plain(char before, std::string_view octets) noexcept {
  std::size_t count = 0;
  for (const char octet : octets) {
    if (!is_clean(before, octet)) break;
    before = octet;
    ++count;
  }
  return count;
}

#if defined(__SSE2__)

std::size_t clean_run(char before, std::string_view octets) noexcept {
  if (octets.empty() || !is_clean(before, octets.front())) return 0;
  const char* const start = octets.data();
  std::size_t at = 1;
  while (at + kStrideOctets <= octets.size() && stride_is_clean(start + at))
    at += kStrideOctets;
  for (; at + kBlockOctets <= octets.size(); at += kBlockOctets) {
    const unsigned unclean = unclean_bits(start + at);
    if (unclean != 0) return at + static_cast<std::size_t>(std::countr_zero(unclean));
  }
  return at + clean_run_plain(start[at - 1], octets.substr(at));
}

#else

std::size_t clean_run(char before, std::string_view octets) noexcept {
  return clean_run_plain(before, octets);
}

#endif

}  // namespace postern::wire
