// The octets of a message that is on its way to somebody else, kept for a copy of it.
//
// What fits into a block stays in memory; more goes to a file that has no name and that nobody but
// us can read, so nothing of it is left behind, whatever becomes of us. A spool that cannot go on
// (the disk is full or slow, too much is spooled already) keeps nothing and says so: the message
// itself goes its way.

#pragma once

#include "net/loop.hpp"
#include "net/task.hpp"
#include "upstream/imap_append.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace postern::proxy {

// How many octets all spools of a worker may hold together, in memory and on disk.
class SpoolRoom {
 public:
  // Answers whether there is room for so many more below `octets_max`.
  [[nodiscard]] bool take(std::uint64_t octets, std::uint64_t octets_max) {
    if (taken_ + octets > octets_max) return false;
    taken_ += octets;
    return true;
  }

  void give_back(std::uint64_t octets) { taken_ -= octets; }

  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  std::uint64_t taken_ = 0;
};

// Written once, then read as often as need be.
class Spool final : public upstream::OctetSource {
 public:
  static constexpr std::size_t kBlockOctets = std::size_t{64} << 10U;
  static constexpr net::Duration kPatience = std::chrono::seconds(10);  // with the disk

  struct Place {
    SpoolRoom& room;           // outlives the spool
    std::uint64_t octets_max;  // of all spools in the room
    std::filesystem::path folder;
  };

  Spool(net::Loop& loop, Place place) : loop_(loop), place_(std::move(place)) {}

  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();

  // Takes octets as they go to a submission server, with CR LF for line ends; dots that were
  // doubled are so no more. Answers whether flush() has to be awaited before more comes.
  [[nodiscard]] bool add(std::string_view stuffed);

  // Puts what was added on disk. Never fails: see has_failed().
  net::Task<> flush();

  [[nodiscard]] bool has_failed() const { return failed_; }

  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // Reading begins anew, with the first octet.
  void rewind() { read_ = 0; }

  net::Task<std::string_view> next() override;

 private:
  class File;

  void keep(std::string_view octets);
  void give_up();

  net::Loop& loop_;
  Place place_;
  std::string block_;           // what is not on disk: the last octets
  std::shared_ptr<File> file_;  // null: all is in memory
  std::uint64_t on_disk_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t read_ = 0;
  bool at_line_start_ = true;
  bool failed_ = false;
};

}  // namespace postern::proxy
