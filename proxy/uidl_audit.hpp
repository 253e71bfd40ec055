// `postern uidl audit`: whether mail clients would notice a move. For each user, what the old POP3
// server shows is held against what the gateway shows.

#pragma once

#include "proxy/uidl_tour.hpp"
#include "upstream/pop3_link.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

namespace postern::proxy {

enum class AuditGrade : unsigned char {
  Identical,  // every message has the UIDL it had: nobody downloads anything again
  Fixable,    // the messages are the same, but bear other UIDLs: an import would do
  Different,  // messages are missing, are new, or cannot be told to be the same
};

struct AuditVerdict {
  AuditGrade grade = AuditGrade::Identical;
  std::string why;
};

struct AuditCount {
  std::size_t identical = 0;
  std::size_t fixable = 0;
  std::size_t different = 0;
  std::size_t failed = 0;  // users that could not be compared

  [[nodiscard]] bool all_identical() const { return fixable + different + failed == 0; }
};

// Where two lists differ: places in either.
struct AuditDifference {
  std::vector<std::size_t> missing;  // in the old list: the UIDL is not in the new one
  std::vector<std::size_t> extra;    // in the new list, likewise

  // Of one UIDL but not of one size: the messages have to be looked at.
  struct Doubt {
    std::size_t before;
    std::size_t after;
  };

  std::vector<Doubt> doubtful;
};

[[nodiscard]] AuditDifference compare_lists(const std::vector<upstream::Pop3Mail>& before,
                                            const std::vector<upstream::Pop3Mail>& after);

// Prints a line for each user, parted by tabs: grade, user, old=N, new=N, why; and a last one that
// counts them. Users that cannot be compared are told of as trouble. Fails with the reason if
// nobody could be asked.
[[nodiscard]] std::expected<AuditCount, std::string> audit_uidls(const TourOptions& options,
                                                                 const Print& out,
                                                                 const Print& trouble);

}  // namespace postern::proxy
