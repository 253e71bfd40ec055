// Remembers one mailbox after another: index_writer FILE FIRST [COUNT]. Without a count it does so
// until it is killed. Each time it says so with an octet on its standard output, before the disk
// has it.

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <unistd.h>

#include "tests/unit/proxy/index_scene.hpp"

int main(int count, char** words) {
  if (count != 3 && count != 4) return 2;
  postern::proxy::IndexScene scene(words[1]);
  std::uint64_t left =
      count == 4 ? std::strtoull(words[3], nullptr, 10) : std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t number = std::strtoull(words[2], nullptr, 10); left > 0; ++number, --left) {
    scene.remember("user" + std::to_string(number % 7),
                   postern::proxy::numbered_mailbox(number, 1500));
    if (number % 3 == 0) scene.flush();
    if (::write(STDOUT_FILENO, ".", 1) != 1) return 1;
  }
  return 0;
}
