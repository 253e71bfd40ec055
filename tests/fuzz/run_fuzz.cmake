# One bounded run of a fuzz target: PROGRAM on CORPUS with DICTIONARY, if there is one, for RUNS
# inputs. What libFuzzer finds goes to WORK, which is made anew each time, so that every run starts
# from the same corpus.

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/found)
set(options -seed=1 -runs=${RUNS} -max_total_time=20 -timeout=10 -rss_limit_mb=1024
            -malloc_limit_mb=16 -artifact_prefix=${WORK}/ -verbosity=0)
if(EXISTS ${DICTIONARY})
  list(APPEND options -dict=${DICTIONARY})
endif()
execute_process(COMMAND ${PROGRAM} ${options} ${WORK}/found ${CORPUS} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} failed: ${result}; the input that did it is in ${WORK}")
endif()
