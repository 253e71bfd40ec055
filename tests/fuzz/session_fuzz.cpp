// A whole POP3 session between a client and an upstream that both say anything, cut up anyhow.
//
// An input is text, one step a line. The first line holds options: "L" begins logged in, with three
// messages; "P" and a digit cut every delivery up. Then each line's first letter says what happens:
//   C c   the client says the rest, with or without a line end
//   U u   so does the upstream; ^t stands for the tag of the gateway's oldest open command, ^r ^n
//   ^0
//         ^^ for octets that a line cannot hold
//   w     time passes: 2^digit seconds
//   x y e the client resets, closes, ends its output;  s r  it stops reading, reads on
//   z q   the upstream resets, closes
//
// Whatever comes: no final dot before all of a message's octets came (G-2), nothing held and
// nothing said out of proportion (G-10), and every session ends (F-014 is in the cutting).

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/mail_server.hpp"
#include "tests/support/world.hpp"

namespace {

using postern::test::MailServer;
using postern::test::MailStore;
using postern::test::Peer;
using postern::test::World;
using postern::wire::fuzz::require;
using postern::wire::fuzz::text_of;

constexpr std::size_t kInputMax = 8192;
constexpr std::size_t kStepsMax = 200;
constexpr std::size_t kHeldMax = std::size_t{6} << 20U;

class Session {
 public:
  explicit Session(std::string_view options) : world_(wishes(options)) {
    world_.dialer().set_host([this](postern::net::Stream stream) {
      if (server_ != nullptr) return server_->take(std::move(stream));
      upstreams_.push_back(std::make_unique<Peer>(world_.loop(), std::move(stream)));
    });
    if (options.find('L') != std::string_view::npos) begin_logged_in();
    if (client_ == nullptr) client_ = world_.connect("pop3");
    settle();
  }

  void step(std::string_view line) {
    const char what = line.front();
    const std::string text = octets(line.substr(1));
    switch (what) {
      case 'C':
        say(text + "\r\n");
        break;
      case 'c':
        say(text);
        break;
      case 'U':
        answer(text + "\r\n");
        break;
      case 'u':
        answer(text);
        break;
      case 'w':
        world_.loop().turn_clock(std::chrono::seconds(1LL << (digit(line) % 10)));
        break;
      case 'x':
        client_->reset();
        break;
      case 'y':
        client_->close();
        break;
      case 'e':
        client_->end_output();
        break;
      case 's':
        client_->stop_listening();
        break;
      case 'r':
        client_->listen();
        break;
      case 'z':
        if (!upstreams_.empty()) upstreams_.back()->reset();
        break;
      case 'q':
        if (!upstreams_.empty()) upstreams_.back()->close();
        break;
      default:
        break;
    }
    settle();
  }

  // Everybody has said what there was to say; time passes until all is over.
  void finish() {
    check_messages();
    world_.loop().turn_clock(std::chrono::hours(3));
    require(world_.sessions().live() == 0);
    check_messages();
    std::size_t commands = 0;
    for (const auto& upstream : upstreams_)
      commands += upstream->heard().size();
    require(commands <= 64'000 + 200 * said_);
    require(client_->heard().size() <= 64'000 + 600 * said_ + 4 * answered_);
  }

 private:
  static postern::test::WorldWishes wishes(std::string_view options) {
    postern::test::WorldWishes wishes{.assignments = {"pop3.retr_buffer=1KiB"}};
    const std::size_t cut = options.find('P');
    if (cut == std::string_view::npos) return wishes;
    wishes.next_piece = [piece = 1 + digit(options.substr(cut)) * 7] { return piece; };
    return wishes;
  }

  static std::size_t digit(std::string_view text) {
    return text.size() > 1 ? static_cast<unsigned char>(text[1]) % 10U : 0;
  }

  void begin_logged_in() {
    store_ = MailStore::with_account("joe", "secret");
    for (const char* mail : {"Subject: a\r\n\r\n.one\r\n", "Subject: b\r\n\r\ntwo", ""})
      store_.inbox("joe").add(mail);
    server_ = std::make_unique<MailServer>(world_.loop(), store_);
    client_ = world_.connect("pop3");
    client_->say("USER joe\r\nPASS secret\r\nSTAT\r\n");
    world_.loop().settle();
    require(client_->heard().find("+OK 3 ") != std::string::npos);
    upstreams_.push_back(std::make_unique<Peer>(world_.loop(), server_->release()));
    server_ = nullptr;
  }

  void say(const std::string& text) {
    said_ += text.size();
    client_->say(text);
  }

  void answer(const std::string& text) {
    if (upstreams_.empty()) return;
    answered_ += text.size();
    upstreams_.back()->say(text);
  }

  void settle() {
    world_.loop().settle();
    require(world_.loop().blocks().held() <= kHeldMax);
  }

  // The tag of the next command that was not answered yet.
  std::string take_tag() {
    if (upstreams_.empty()) return "a";
    const std::string& heard = upstreams_.back()->heard();
    if (tags_of_ != upstreams_.size()) {
      tags_of_ = upstreams_.size();
      tags_read_ = 0;
    }
    const std::size_t feed = heard.find('\n', tags_read_);
    if (feed == std::string::npos) return "a";
    const std::string line = heard.substr(tags_read_, feed - tags_read_);
    tags_read_ = feed + 1;
    return line.substr(0, line.find(' '));
  }

  std::string octets(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '^' || i + 1 == text.size()) {
        made += text[i];
        continue;
      }
      switch (text[++i]) {
        case 't':
          made += take_tag();
          break;
        case 'r':
          made += '\r';
          break;
        case 'n':
          made += '\n';
          break;
        case '0':
          made += '\0';
          break;
        default:
          made += text[i];
          break;
      }
    }
    return made;
  }

  // G-2: "+OK 17 octets" and a dot mean that seventeen octets came, and as many were passed on.
  void check_messages() {
    const std::string_view heard = client_->heard();
    constexpr std::string_view kBegin = "+OK ";
    constexpr std::string_view kWord = " octets\r\n";
    for (std::size_t at = heard.find(kWord); at != std::string_view::npos;
         at = heard.find(kWord, at + 1)) {
      const std::size_t line = heard.rfind('\n', at) + 1;  // npos + 1 is 0
      if (!heard.substr(line).starts_with(kBegin)) continue;
      const std::size_t octets =
          std::strtoull(std::string(heard.substr(line + kBegin.size(), 20)).c_str(), nullptr, 10);
      const std::size_t body = at + kWord.size();
      const std::size_t end = heard.find("\r\n.\r\n", body - 2);
      if (end == std::string_view::npos) continue;
      require(octets <= answered_);
      // Repairs only add octets, but for the second dots.
      require(end + 2 - body >= octets);
    }
  }

  World world_;
  MailStore store_;
  std::unique_ptr<MailServer> server_;
  std::vector<std::unique_ptr<Peer>> upstreams_;
  std::unique_ptr<Peer> client_;
  std::size_t said_ = 0;
  std::size_t answered_ = 0;
  std::size_t tags_of_ = 0;
  std::size_t tags_read_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t count) {
  if (count > kInputMax) return 0;
  std::string_view text = text_of(octets, count);
  const auto take_line = [&text] {
    const std::size_t feed = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, feed);
    text.remove_prefix(std::min(feed + 1, text.size()));
    return line;
  };
  Session session(take_line());
  for (std::size_t steps = 0; !text.empty() && steps < kStepsMax; ++steps) {
    const std::string_view line = take_line();
    if (!line.empty()) session.step(line);
  }
  session.finish();
  return 0;
}
