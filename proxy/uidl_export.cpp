// One user after the other.

#include "proxy/uidl_export.hpp"

#include "net/digest.hpp"
#include "net/sleep.hpp"
#include "proxy/uidl_file.hpp"
#include "wire/canonical_header.hpp"
#include "wire/pop3_answer.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

namespace {

class Exporter final : public Visitor {
 public:
  Exporter(upstream::Pop3Place place, std::string mailbox, const Print& out)
      : place_(std::move(place)), mailbox_(std::move(mailbox)), out_(out) {}

 private:
  Task<> visit(const Roads& roads, const TourUser& user) override {
    if (!is_file_field(user.name)) {
      co_await fail(Kind::Malformed, Origin::Here, "a name that cannot stand in the file");
    }
    const auto link = co_await upstream::Pop3Link::connect(roads.loop, roads.dialer, place_);
    co_await link->log_in(user.name, user.password);
    const auto mails = co_await link->list();
    std::set<std::string_view> seen;
    std::vector<wire::MessageNumber> numbers;
    for (const upstream::Pop3Mail& each : mails) {
      if (!wire::pop3::is_uidl(each.uidl)) {
        co_await fail(Kind::Malformed, Origin::Upstream, "no UIDL: " + each.uidl);
      }
      if (!seen.insert(each.uidl).second) {
        co_await fail(Kind::Malformed, Origin::Upstream, "two messages with " + each.uidl);
      }
      numbers.push_back(each.number);
    }
    const auto digests = co_await header_digests(roads.loop, *link, std::move(numbers));
    std::string lines;
    if (mails.empty()) lines = uidl_file_empty(user.name, mailbox_);
    for (std::size_t i = 0; i < mails.size(); ++i) {
      const UidlRecord record{.keys = {.place = std::nullopt,
                                       .header = digests[i],
                                       .size = mails[i].octets,
                                       .position = wire::raw(mails[i].number)},
                              .text = mails[i].uidl};
      lines += uidl_file_line(user.name, mailbox_, record);
    }
    out_(lines);
    (void)co_await attempt(link->quit());
  }

  upstream::Pop3Place place_;
  std::string mailbox_;
  const Print& out_;
};

}  // namespace

Task<std::vector<std::optional<net::Digest>>> header_digests(
    net::Loop& loop, upstream::Pop3Link& link, std::vector<wire::MessageNumber> numbers) {
  std::vector<std::optional<net::Digest>> digests;
  digests.reserve(numbers.size());
  for (std::size_t at = 0; at < numbers.size();) {
    const std::size_t count = std::min(upstream::Pop3Link::kHeadersAtATime, numbers.size() - at);
    const auto headers =
        co_await link.headers(std::span<const wire::MessageNumber>(numbers).subspan(at, count));
    for (const auto& header : headers) {
      digests.push_back(header ? std::optional(net::sha256(wire::canonical_header(*header)))
                               : std::nullopt);
    }
    at += count;
    co_await net::breathe(loop);
  }
  co_return digests;
}

std::expected<std::size_t, std::string> export_uidls(const TourOptions& options,
                                                     const Print& out,
                                                     const Print& trouble) {
  auto place = find_place(options.from, options);
  if (!place) return std::unexpected(place.error());
  if (!is_file_field(options.mailbox)) return std::unexpected("not the name of a mailbox");
  const auto users = read_tour_users(options.users);
  if (!users) return std::unexpected(users.error());
  out(kUidlFileHead);
  Exporter exporter(std::move(*place), options.mailbox, out);
  return tour(*users, options.at_a_time, exporter, trouble);
}

}  // namespace postern::proxy
