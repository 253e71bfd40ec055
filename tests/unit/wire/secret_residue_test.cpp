// No copy of a secret stays behind in freed memory, whichever way it took through `wire`.

#include "wire/base64.hpp"
#include "wire/imap_login.hpp"
#include "wire/sasl.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/wire/allocations.hpp"

namespace postern::wire {
namespace {

// Long enough to live on the heap. What is looked for is a piece from near its front: a string that
// outgrows its memory leaves just the front of what it will hold.
const std::string kPassword = "correct horse battery staple, twice: correct horse battery staple";
const std::string kPiece = kPassword.substr(0, 12);

// Runs `use` and says in how many freed blocks the password was seen, plain or as base64.
template <class Use>
std::size_t sightings(const std::string& encoded, Use use) {
  const std::string encoded_piece = encoded.substr(8, 12);  // its ends depend on their neighbours
  const test::FreedMemoryWatch watch(kPiece, encoded_piece);
  use();
  return watch.sightings();
}

TEST(SecretResidue, TheWatchSeesACopyThatIsNotWiped) {
  EXPECT_EQ(sightings(base64_encode(kPassword), [] { const std::string copy(kPassword); }), 1U);
}

TEST(SecretResidue, TheCountSeesAnAllocation) {
  const std::size_t before = test::allocations();
  const std::size_t octets_before = test::octets_allocated();

  void* block = ::operator new(1000);  // called by name, it may not be optimised away

  EXPECT_EQ(test::allocations(), before + 1);
  EXPECT_EQ(test::octets_allocated(), octets_before + 1000);
  ::operator delete(block);
}

TEST(SecretResidue, T073_DecodingLeavesNone) {
  const std::string encoded = base64_encode(kPassword);
  const std::string broken = encoded.substr(0, encoded.size() - 1) + "!";

  EXPECT_EQ(sightings(encoded,
                      [&] {
                        EXPECT_TRUE(base64_decode_secret(encoded).has_value());
                        EXPECT_FALSE(base64_decode_secret(broken).has_value());
                      }),
            0U);
}

TEST(SecretResidue, T073_AnExchangeLeavesNone) {
  using namespace std::string_literals;
  const std::string plain = base64_encode("\0joe\0"s + kPassword);
  const std::string refused = base64_encode("ann\0joe\0"s + kPassword);
  const std::string token = base64_encode(
      "user=joe\x01"
      "auth=Bearer " +
      kPassword + "\x01\x01");
  const std::string password = base64_encode(kPassword);

  EXPECT_EQ(sightings(plain, [&] { (void)sasl::Exchange(sasl::Mechanism::Plain).begin(plain); }),
            0U);
  EXPECT_EQ(
      sightings(refused, [&] { (void)sasl::Exchange(sasl::Mechanism::Plain).begin(refused); }), 0U);
  EXPECT_EQ(sightings(token, [&] { (void)sasl::Exchange(sasl::Mechanism::XOAuth2).begin(token); }),
            0U);
  EXPECT_EQ(sightings(password,
                      [&] {
                        sasl::Exchange exchange(sasl::Mechanism::Login);
                        (void)exchange.begin("am9l");
                        (void)exchange.answer(password);
                      }),
            0U);
}

TEST(SecretResidue, T073_ComposingMessagesLeavesNone) {
  EXPECT_EQ(sightings(base64_encode(kPassword),
                      [] {
                        EXPECT_TRUE(sasl::plain_message("joe", "master", kPassword).has_value());
                        EXPECT_TRUE(sasl::login_messages("joe", kPassword).has_value());
                        EXPECT_TRUE(sasl::xoauth2_message("joe", kPassword).has_value());
                        EXPECT_TRUE(sasl::oauthbearer_message("joe", kPassword).has_value());
                      }),
            0U);
}

TEST(SecretResidue, T073_LoginLeavesNone) {
  const std::string quotes = kPassword + std::string(200, '"');
  const std::string eight_bit = kPassword + std::string(200, '\xC3');

  EXPECT_EQ(
      sightings(
          base64_encode(kPassword),
          [&] {
            for (const std::string& password : {std::cref(quotes), std::cref(eight_bit)}) {
              for (const auto literals :
                   {imap::Literals::Synchronizing, imap::Literals::Minus, imap::Literals::Plus}) {
                EXPECT_TRUE(imap::login("k1.1", "joe\x80", password, literals).has_value());
              }
            }
          }),
      0U);
}

TEST(SecretResidue, T073_AuthenticateLeavesNone) {
  const std::string encoded = base64_encode(kPassword);
  std::vector<Secret> messages;
  messages.emplace_back(std::string_view(kPassword));

  EXPECT_EQ(sightings(encoded,
                      [&] {
                        (void)imap::authenticate("k1.1", sasl::Mechanism::XOAuth2, messages, true);
                        (void)imap::authenticate("k1.1", sasl::Mechanism::XOAuth2, messages, false);
                      }),
            0U);
}

}  // namespace
}  // namespace postern::wire
