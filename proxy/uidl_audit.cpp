// Two lists, and headers where lists do not say enough.

#include "proxy/uidl_audit.hpp"

#include "proxy/uidl_export.hpp"
#include "proxy/uidl_match.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace postern::proxy {

using net::Task;
using upstream::Pop3Link;
using upstream::Pop3Mail;

namespace {

std::string_view name_of(AuditGrade grade) {
  switch (grade) {
    case AuditGrade::Identical:
      return "identical";
    case AuditGrade::Fixable:
      return "fixable";
    case AuditGrade::Different:
      break;
  }
  return "different";
}

std::vector<wire::MessageNumber> numbers_of(const std::vector<Pop3Mail>& mails,
                                            const std::vector<std::size_t>& places) {
  std::vector<wire::MessageNumber> numbers;
  numbers.reserve(places.size());
  for (const std::size_t place : places)
    numbers.push_back(mails[place].number);
  return numbers;
}

// One user at both servers.
class Comparison {
 public:
  Comparison(net::Loop& loop, Pop3Link& before, Pop3Link& after)
      : loop_(loop), before_(before), after_(after) {}

  Task<AuditVerdict> run() {
    olds = co_await before_.list();
    news = co_await after_.list();
    const AuditDifference difference = compare_lists(olds, news);
    AuditVerdict verdict = co_await judge_doubts(difference.doubtful);
    if (verdict.grade == AuditGrade::Different) co_return verdict;
    if (difference.missing.empty() && difference.extra.empty()) co_return verdict;
    co_return co_await judge_others(difference);
  }

  std::vector<Pop3Mail> olds;
  std::vector<Pop3Mail> news;

 private:
  // Servers count octets in different ways; what the headers say is the last word.
  Task<AuditVerdict> judge_doubts(std::vector<AuditDifference::Doubt> doubts) {
    std::vector<wire::MessageNumber> ones;
    std::vector<wire::MessageNumber> others;
    for (const auto& doubt : doubts) {
      ones.push_back(olds[doubt.before].number);
      others.push_back(news[doubt.after].number);
    }
    const auto one = co_await header_digests(loop_, before_, std::move(ones));
    const auto other = co_await header_digests(loop_, after_, std::move(others));
    for (std::size_t i = 0; i < doubts.size(); ++i) {
      if (one[i] && one[i] == other[i]) continue;
      co_return AuditVerdict{
          .grade = AuditGrade::Different,
          .why = "another message bears the UIDL " + olds[doubts[i].before].uidl};
    }
    co_return AuditVerdict{};
  }

  // Whether an import would find all messages whose UIDLs are not there.
  Task<AuditVerdict> judge_others(const AuditDifference& difference) {
    const auto digests =
        co_await header_digests(loop_, before_, numbers_of(olds, difference.missing));
    const auto headers = co_await header_digests(loop_, after_, numbers_of(news, difference.extra));
    std::vector<UidlRecord> records;
    for (std::size_t i = 0; i < difference.missing.size(); ++i) {
      const Pop3Mail& mail = olds[difference.missing[i]];
      records.push_back({.keys = {.place = std::nullopt,
                                  .header = digests[i],
                                  .size = mail.octets,
                                  .position = wire::raw(mail.number)},
                         .text = mail.uidl});
    }
    std::vector<Unnamed> messages;
    for (const std::size_t place : difference.extra) {
      messages.push_back(
          {.uid = wire::Uid{wire::raw(news[place].number)}, .size = news[place].octets});
    }
    UidlMatch match(records, messages, wire::UidValidity{1});
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (headers[i]) match.hear(messages[i].uid, *headers[i]);
    }
    match.match_headers();
    match.match_sizes();
    const std::size_t lost = records.size() - match.matched();
    const std::size_t fresh = messages.size() - match.matched();
    if (lost == 0 && fresh == 0) {
      co_return AuditVerdict{
          .grade = AuditGrade::Fixable,
          .why = std::to_string(match.matched()) + " messages bear another UIDL"};
    }
    co_return AuditVerdict{.grade = AuditGrade::Different,
                           .why = std::to_string(lost) + " messages are not found, " +
                                  std::to_string(fresh) + " others are there, " +
                                  std::to_string(match.matched()) + " bear another UIDL"};
  }

  net::Loop& loop_;
  Pop3Link& before_;
  Pop3Link& after_;
};

class Auditor final : public Visitor {
 public:
  Auditor(upstream::Pop3Place before, upstream::Pop3Place after, const Print& out)
      : before_(std::move(before)), after_(std::move(after)), out_(out) {}

  AuditCount count;

 private:
  Task<> visit(const Roads& roads, const TourUser& user) override {
    const auto before = co_await Pop3Link::connect(roads.loop, roads.dialer, before_);
    co_await before->log_in(user.name, user.password);
    const auto after = co_await Pop3Link::connect(roads.loop, roads.dialer, after_);
    co_await after->log_in(user.name, user.password);
    Comparison comparison(roads.loop, *before, *after);
    const AuditVerdict verdict = co_await comparison.run();
    tell(user, comparison, verdict);
    (void)co_await attempt(before->quit());
    (void)co_await attempt(after->quit());
  }

  void tell(const TourUser& user, const Comparison& comparison, const AuditVerdict& verdict) {
    std::size_t& counted = verdict.grade == AuditGrade::Identical ? count.identical
                           : verdict.grade == AuditGrade::Fixable ? count.fixable
                                                                  : count.different;
    ++counted;
    std::string line(name_of(verdict.grade));
    line.append("\t").append(user.name);
    line.append("\told=").append(std::to_string(comparison.olds.size()));
    line.append("\tnew=").append(std::to_string(comparison.news.size()));
    line.append("\t").append(verdict.why).append("\n");
    out_(line);
  }

  upstream::Pop3Place before_;
  upstream::Pop3Place after_;
  const Print& out_;
};

}  // namespace

AuditDifference compare_lists(const std::vector<Pop3Mail>& before,
                              const std::vector<Pop3Mail>& after) {
  AuditDifference difference;
  std::unordered_map<std::string_view, std::size_t> places;  // in the new list
  for (std::size_t i = 0; i < after.size(); ++i) {
    // A UIDL that is shown twice is shown wrongly the second time.
    if (!places.emplace(after[i].uidl, i).second) difference.extra.push_back(i);
  }
  std::vector<bool> met(after.size(), false);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto place = places.find(before[i].uidl);
    if (place == places.end() || met[place->second]) {
      difference.missing.push_back(i);
      continue;
    }
    met[place->second] = true;
    if (before[i].octets != after[place->second].octets) {
      difference.doubtful.push_back({.before = i, .after = place->second});
    }
  }
  for (const auto& [uidl, place] : places) {
    if (!met[place]) difference.extra.push_back(place);
  }
  std::ranges::sort(difference.extra);
  return difference;
}

std::expected<AuditCount, std::string> audit_uidls(const TourOptions& options,
                                                   const Print& out,
                                                   const Print& trouble) {
  auto before = find_place(options.from, options);
  if (!before) return std::unexpected(before.error());
  auto after = find_place(options.to, options);
  if (!after) return std::unexpected(after.error());
  const auto users = read_tour_users(options.users);
  if (!users) return std::unexpected(users.error());
  Auditor auditor(std::move(*before), std::move(*after), out);
  auditor.count.failed = tour(*users, options.at_a_time, auditor, trouble);
  const AuditCount& count = auditor.count;
  out("#summary\tidentical=" + std::to_string(count.identical) + "\tfixable=" +
      std::to_string(count.fixable) + "\tdifferent=" + std::to_string(count.different) +
      "\tfailed=" + std::to_string(count.failed) + "\n");
  return count;
}

}  // namespace postern::proxy
