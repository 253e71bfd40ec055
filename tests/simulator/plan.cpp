// Plans from seeds, and plans as text.

#include "tests/simulator/plan.hpp"

#include "net/random.hpp"

#include <array>
#include <string_view>

namespace postern::test {

namespace {

constexpr std::array<std::string_view, kFaultKinds> kNames = {"LoseCommand",
                                                              "LoseAnswer",
                                                              "CutAnswer",
                                                              "AnswerNo",
                                                              "AnswerBad",
                                                              "Bye",
                                                              "Hang",
                                                              "Drip",
                                                              "Unasked",
                                                              "WrongTag",
                                                              "ExpungedElsewhere",
                                                              "Delivered",
                                                              "Renumbered",
                                                              "FlaggedElsewhere",
                                                              "ClientResets",
                                                              "ClientLeaves",
                                                              "ClientHalfCloses",
                                                              "ClientStalls",
                                                              "Crash"};

bool is_of_client(FaultKind kind) {
  return kind >= FaultKind::ClientResets && kind <= FaultKind::ClientStalls;
}

std::vector<std::string> script_of(net::Random& random, std::size_t messages) {
  std::vector<std::string> script;
  const std::size_t length = 1 + random.below(10);
  for (std::size_t i = 0; i < length; ++i) {
    // Now and then a number that is none of a message's.
    const std::string number = std::to_string(1 + random.below(messages + 1));
    switch (random.below(12)) {
      case 0:
        script.emplace_back("STAT");
        break;
      case 1:
        script.emplace_back("LIST");
        break;
      case 2:
        script.emplace_back("UIDL");
        break;
      case 3:
      case 4:
      case 5:
        script.push_back("RETR " + number);
        break;
      case 6:
        script.push_back("TOP " + number + " 1");
        break;
      case 7:
      case 8:
      case 9:
        script.push_back("DELE " + number);
        break;
      case 10:
        script.emplace_back(random.below(4) == 0 ? "RSET" : "NOOP");
        break;
      default:
        script.push_back("UIDL " + number);
        break;
    }
  }
  if (random.below(8) != 0) script.emplace_back("QUIT");
  return script;
}

}  // namespace

std::string Plan::text() const {
  std::string text = "seed " + std::to_string(seed) + ", " + std::to_string(messages) +
                     " messages, pieces " + std::to_string(piece_max);
  if (pipelined) text += ", pipelined";
  if (!uidplus) text += ", no UIDPLUS";
  if (!move) text += ", no MOVE";
  if (wrong_password) text += ", wrong password";
  if (!policy.empty()) text += ", " + policy;
  text += "\n  script:";
  for (const std::string& line : script)
    text += " [" + line + "]";
  text += "\n  faults:";
  for (const Fault& fault : faults) {
    text += " " + std::string(kNames.at(static_cast<std::size_t>(fault.kind))) + "(" +
            std::to_string(fault.at) + ", " + std::to_string(fault.amount) + ")";
  }
  return text;
}

Plan plan_of(std::uint64_t seed) {
  net::Random random(seed * 2654435761U + 1);
  Plan plan{.seed = seed, .messages = random.below(6)};
  plan.script = script_of(random, plan.messages);
  plan.pipelined = random.below(3) == 0;
  plan.piece_max = random.below(3) == 0 ? 1 + random.below(40) : 0;
  plan.uidplus = random.below(4) != 0;
  plan.move = random.below(4) != 0;
  plan.wrong_password = random.below(12) == 0;
  constexpr std::array<std::string_view, 8> kPolicies = {"",
                                                         "",
                                                         "",
                                                         "",
                                                         "pop3.delete=trash",
                                                         "pop3.delete=ignore",
                                                         "pop3.seen=never",
                                                         "auth.keep_secret=false"};
  plan.policy = kPolicies.at(random.below(kPolicies.size()));

  // A swarm: this seed knows two kinds of faults, and uses them a few times.
  const std::size_t first = random.below(kFaultKinds);
  const std::size_t second = random.below(kFaultKinds);
  std::size_t script_octets = 0;
  for (const std::string& line : plan.script)
    script_octets += line.size() + 2;
  const std::size_t count = random.below(4);
  for (std::size_t i = 0; i < count; ++i) {
    const auto kind = static_cast<FaultKind>(random.below(2) == 0 ? first : second);
    const std::size_t range = is_of_client(kind) ? script_octets + 1 : 14;
    plan.faults.push_back(
        {.kind = kind, .at = random.below(range), .amount = 1 + random.below(300)});
  }
  return plan;
}

}  // namespace postern::test
