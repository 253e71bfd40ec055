// The conversation of a client that only looks.

#include "upstream/pop3_link.hpp"

#include "wire/ascii.hpp"
#include "wire/pop3_answer.hpp"

#include <utility>

namespace postern::upstream {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;
namespace pop3 = wire::pop3;

namespace {

constexpr std::size_t kStatusOctetsMax = 4096;
constexpr std::size_t kSkipMax = std::size_t{64} << 20U;  // of a line that is too long

net::Idle patience() {
  return net::Idle{Pop3Link::kPatience};
}

}  // namespace

Task<std::unique_ptr<Pop3Link>> Pop3Link::connect(net::Loop& loop,
                                                  net::Dialer& dialer,
                                                  const Pop3Place& place) {
  const net::Deadline deadline{loop.now() + kConnectPatience};
  net::Stream stream = co_await dialer.dial(place.host, place.port, kConnectPatience, deadline);
  std::unique_ptr<Pop3Link> link(new Pop3Link(std::move(stream)));
  co_await link->secure(place);
  co_return link;
}

// Greeting and TLS, in the order in which they come.
Task<> Pop3Link::secure(const Pop3Place& place) {
  if (place.tls == Pop3Place::Tls::Implicit) {
    co_await stream_.start_tls(place.context, place.host, patience());
  }
  co_await hear_good("greeting", Kind::Unavailable);
  if (place.tls != Pop3Place::Tls::Stls) co_return;
  co_await say("STLS\r\n");
  co_await hear_good("STLS", Kind::Tls);
  if (stream_.waiting() > 0) {
    co_await fail(Kind::Malformed, Origin::Upstream, "octets behind the answer to STLS");
  }
  co_await stream_.start_tls(place.context, place.host, patience());
}

Task<> Pop3Link::log_in(std::string_view user, const wire::Secret& password) {
  if (wire::breaks_lines(user) || wire::breaks_lines(password.reveal())) {
    co_await fail(Kind::Refused, Origin::Here, "a user or password that cannot be said");
  }
  co_await say("USER " + std::string(user) + "\r\n");
  co_await hear_good("USER", Kind::Refused);
  std::string command = "PASS " + std::string(password.reveal()) + "\r\n";
  const wire::Secret said(std::move(command));
  co_await stream_.write(said.reveal(), patience());
  co_await hear_good("PASS", Kind::Refused);
  co_await learn_pipelining();
}

Task<> Pop3Link::learn_pipelining() {
  co_await say("CAPA\r\n");
  if (!co_await hear_status()) co_return;
  for (auto line = co_await next_line(); line; line = co_await next_line()) {
    if (wire::equal_caseless(wire::trim_blanks(*line), "PIPELINING")) pipelines_ = true;
  }
}

Task<> Pop3Link::quit() {
  co_await say("QUIT\r\n");
  (void)co_await hear_status();
}

// ---- lists

Task<std::vector<Pop3Mail>> Pop3Link::list() {
  std::vector<Pop3Mail> mails = co_await hear_uidls();
  co_await hear_sizes(mails);
  co_return mails;
}

Task<std::vector<Pop3Mail>> Pop3Link::hear_uidls() {
  co_await say("UIDL\r\n");
  co_await hear_good("UIDL", Kind::Unavailable);
  std::vector<Pop3Mail> mails;
  for (auto line = co_await next_line(); line; line = co_await next_line()) {
    const auto uidl = pop3::parse_uidl_line(*line);
    if (!uidl) co_await fail(Kind::Malformed, Origin::Upstream, "no line of UIDL");
    if (!mails.empty() && uidl->number <= mails.back().number) {
      co_await fail(Kind::Malformed, Origin::Upstream, "UIDL is not in order");
    }
    if (mails.size() >= kMailsMax) {
      co_await fail(Kind::Limit, Origin::Upstream, "too many messages");
    }
    mails.push_back({.number = uidl->number, .octets = 0, .uidl = std::string(uidl->uidl)});
  }
  co_return mails;
}

Task<> Pop3Link::hear_sizes(std::vector<Pop3Mail>& mails) {
  co_await say("LIST\r\n");
  co_await hear_good("LIST", Kind::Unavailable);
  std::size_t count = 0;
  for (auto line = co_await next_line(); line; line = co_await next_line()) {
    const auto size = pop3::parse_size_line(*line);
    if (!size) co_await fail(Kind::Malformed, Origin::Upstream, "no line of LIST");
    if (count >= mails.size() || mails[count].number != size->number) {
      co_await fail(Kind::Malformed, Origin::Upstream, "LIST and UIDL differ");
    }
    mails[count++].octets = size->octets;
  }
  if (count != mails.size()) {
    co_await fail(Kind::Malformed, Origin::Upstream, "LIST and UIDL differ");
  }
}

// ---- headers

Task<std::vector<std::optional<std::string>>> Pop3Link::headers(
    std::span<const wire::MessageNumber> numbers) {
  std::vector<std::optional<std::string>> headers;
  const auto command = [](wire::MessageNumber number) {
    return "TOP " + std::to_string(wire::raw(number)) + " 0\r\n";
  };
  if (pipelines_) {
    std::string commands;
    for (const wire::MessageNumber number : numbers)
      commands += command(number);
    co_await say(std::move(commands));
  }
  for (const wire::MessageNumber number : numbers) {
    if (!pipelines_) co_await say(command(number));
    headers.push_back(co_await hear_header());
  }
  co_return headers;
}

Task<std::optional<std::string>> Pop3Link::hear_header() {
  if (!co_await hear_status()) co_return std::nullopt;
  std::string header;
  bool fits = true;
  while (true) {
    const net::Line line = co_await stream_.read_line(
        {.octets_max = kLineOctetsMax, .skip_max = kSkipMax}, patience());
    const auto text =
        line.too_long ? std::optional<std::string_view>("") : pop3::unstuffed(line.text);
    if (!text) break;
    fits = fits && !line.too_long && header.size() + text->size() <= kHeaderOctetsMax;
    if (fits) header.append(*text).append("\r\n");
  }
  if (!fits) co_return std::nullopt;
  co_return header;
}

// ---- lines

Task<> Pop3Link::say(std::string command) {
  co_await stream_.write(command, patience());
}

// Whether the answer is +OK; its words are kept.
Task<bool> Pop3Link::hear_status() {
  const net::Line line = co_await stream_.read_line({.octets_max = kStatusOctetsMax}, patience());
  const auto status = pop3::parse_status_line(line.text);
  if (!status) co_await fail(Kind::Malformed, Origin::Upstream, "no answer of a POP3 server");
  words_ = wire::printable(status->words, 200);
  co_return status->ok;
}

Task<> Pop3Link::hear_good(std::string_view what, Kind otherwise) {
  const std::string subject(what);
  if (co_await hear_status()) co_return;
  co_await fail(otherwise, Origin::Upstream, subject + ": " + words_);
}

// The next line of a list; nothing at its end.
Task<std::optional<std::string>> Pop3Link::next_line() {
  const net::Line line = co_await stream_.read_line({.octets_max = kStatusOctetsMax}, patience());
  const auto text = pop3::unstuffed(line.text);
  if (!text) co_return std::nullopt;
  co_return std::string(*text);
}

}  // namespace postern::upstream
