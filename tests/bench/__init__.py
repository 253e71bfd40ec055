"""The benchmark: postern and its rivals under the same loads. README.md tells how to run it."""
