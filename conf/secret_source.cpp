// One function for each source. What is read is trimmed of one line end, as editors add one, and
// must be a single line: commands upstream cannot carry more. The text goes from the file into
// the Secret; what lay in between is wiped.

#include "conf/secret_source.hpp"

#include "conf/files.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

namespace postern::conf {

namespace {

constexpr std::size_t kSecretOctetsMax = 65'536;
constexpr std::string_view kHint =
    R"(a secret is { file = "PATH" }, { credential = "NAME" }, { env = "NAME" } or text)";

// Takes the octets into the Secret, unless they are no single line of text.
bool take(const Input& in, std::string&& octets, wire::Secret& secret) {
  if (octets.ends_with('\n')) octets.pop_back();
  if (octets.ends_with('\r')) octets.pop_back();
  const bool empty = octets.empty();
  const bool bad = octets.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
  secret = wire::Secret(std::move(octets));
  if (empty) return refuse(in, "the secret is empty");
  if (bad) return refuse(in, "the secret is more than one line, or holds a NUL");
  return true;
}

bool read_from_file(const Input& in, const std::filesystem::path& path, wire::Secret& secret) {
  if (!in.reading.looks_at_disk) return true;
  auto octets = read_file(path, kSecretOctetsMax);
  if (!octets) {
    return refuse(in, fmt::format("the file {} {}", in_quotes(path.native()), octets.error()));
  }
  if (const auto why = why_not_private(path)) {
    wire::wipe(*octets);
    return refuse(in, fmt::format("the file {} {}", in_quotes(path.native()), *why));
  }
  return take(in, std::move(*octets), secret);
}

bool read_from_credential(const Input& in, const std::string& name, wire::Secret& secret) {
  if (name.empty() || name.contains('/')) return refuse_text(in, name, "a name without \"/\"");
  if (!in.reading.looks_at_disk) return true;
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    return refuse(in,
                  "there are no credentials: systemd sets CREDENTIALS_DIRECTORY when the unit "
                  "has LoadCredential=");
  }
  return read_from_file(in, std::filesystem::path(folder) / name, secret);
}

bool read_from_environment(const Input& in, const std::string& name, wire::Secret& secret) {
  warn(in,
       "a secret in the environment can be seen by others: better { file = } or { credential = }");
  if (!in.reading.looks_at_disk) return true;
  const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
  if (value == nullptr) {
    return refuse(in, fmt::format("the environment has no {}", in_quotes(name)));
  }
  return take(in, value, secret);
}

}  // namespace

bool read_secret(const Input& in, wire::Secret& secret, std::string& source) {
  if (const auto* text = in.node.as<std::string>()) {
    warn(in, "the secret stands in the configuration: better { file = } or { credential = }");
    source = R"("***")";
    return take(in, std::string(*text), secret);
  }
  const auto* table = in.node.as<Table>();
  if (table == nullptr || table->size() != 1) return refuse(in, std::string(kHint));
  const auto& [key, place, node] = table->front();
  const auto* name = node.as<std::string>();
  if (name == nullptr) return refuse(in, std::string(kHint));
  if (key == "file") {
    const auto path = resolve(*name, place);
    source = fmt::format("{{ file = {} }}", toml_text(path.native()));
    return read_from_file(in, path, secret);
  }
  source = fmt::format("{{ {} = {} }}", key, toml_text(*name));
  if (key == "credential") return read_from_credential(in, *name, secret);
  if (key == "env") return read_from_environment(in, *name, secret);
  return refuse(in, fmt::format("unknown key {}: {}", in_quotes(key), kHint));
}

}  // namespace postern::conf
