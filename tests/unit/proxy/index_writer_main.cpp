// Remembers one mailbox after another until it is killed: index_writer FILE FIRST. Each time it
// says so with an octet on its standard output, before the disk has it.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include "tests/unit/proxy/index_scene.hpp"

int main(int count, char** words) {
  if (count != 3) return 2;
  postern::proxy::IndexScene scene(words[1]);
  for (std::uint64_t number = std::strtoull(words[2], nullptr, 10);; ++number) {
    scene.remember("user" + std::to_string(number % 7),
                   postern::proxy::numbered_mailbox(number, 1500));
    if (number % 3 == 0) scene.flush();
    if (::write(STDOUT_FILENO, ".", 1) != 1) return 1;
  }
}
