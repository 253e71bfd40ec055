// Capabilities of IMAP servers.

#include "wire/imap_capability.hpp"

#include "wire/ascii.hpp"

#include <gtest/gtest.h>

namespace postern::wire::imap {
namespace {

TEST(ImapCapabilities, EachIsFoundByItsNameInAnyCase) {
  for (unsigned index = 0; index <= static_cast<unsigned>(Capability::AuthOAuthBearer); ++index) {
    const auto capability = static_cast<Capability>(index);
    if (capability == Capability::Imap4Rev2) continue;  // means others besides
    Capabilities only;
    only.add(capability);
    EXPECT_EQ(parse_capabilities(name(capability)), only) << name(capability);
    EXPECT_EQ(parse_capabilities(lower_cased(name(capability))), only) << name(capability);
  }
  EXPECT_TRUE(parse_capabilities("imap4REV1 auth=plain").has(Capability::Imap4Rev1));
  EXPECT_TRUE(parse_capabilities("imap4REV1 auth=plain").has(Capability::AuthPlain));
}

TEST(ImapCapabilities, ReadsWhatDovecotSays) {
  const Capabilities capabilities = parse_capabilities(
      "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=CRAM-MD5");

  EXPECT_TRUE(capabilities.has(Capability::SaslIr));
  EXPECT_TRUE(capabilities.has(Capability::LiteralPlus));
  EXPECT_TRUE(capabilities.has(sasl::Mechanism::Plain));
  EXPECT_FALSE(capabilities.has(sasl::Mechanism::Login));
  EXPECT_FALSE(capabilities.has(Capability::LiteralMinus));
  EXPECT_FALSE(capabilities.has(Capability::StartTls));
}

TEST(ImapCapabilities, MapMechanisms) {
  const Capabilities all =
      parse_capabilities("AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER");

  for (const sasl::Mechanism mechanism : sasl::kMechanisms) {
    EXPECT_TRUE(all.has(mechanism));
    EXPECT_FALSE(Capabilities{}.has(mechanism));
  }
}

TEST(ImapCapabilities, TakesWholeWordsOnly) {
  EXPECT_TRUE(parse_capabilities("IMAP4rev12 XMOVE MOVEX ID2 AUTH=").empty());
  EXPECT_TRUE(parse_capabilities("").empty());
  EXPECT_TRUE(parse_capabilities("   ").empty());
  EXPECT_TRUE(parse_capabilities("  MOVE  ").has(Capability::Move));
}

TEST(ImapCapabilities, M062_KnowsBothRevisions) {
  EXPECT_TRUE(parse_capabilities("IMAP4rev2").has(Capability::Imap4Rev2));
  EXPECT_FALSE(parse_capabilities("IMAP4rev2").has(Capability::Imap4Rev1));
}

TEST(ImapCapabilities, M062_TheSecondRevisionCanWhatItDoesNotName) {
  const Capabilities known = parse_capabilities("IMAP4rev2");

  for (const Capability each : {Capability::UidPlus,
                                Capability::Move,
                                Capability::Esearch,
                                Capability::SaslIr,
                                Capability::LiteralMinus}) {
    EXPECT_TRUE(known.has(each)) << name(each);
  }
  for (const Capability each : {Capability::Imap4Rev1,
                                Capability::LiteralPlus,
                                Capability::CondStore,
                                Capability::QResync,
                                Capability::AuthPlain}) {
    EXPECT_FALSE(known.has(each)) << name(each);
  }
}

}  // namespace
}  // namespace postern::wire::imap
