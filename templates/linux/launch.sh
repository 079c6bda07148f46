#!/bin/sh
# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
#
# Times the model of this folder with the board's own benchmark_model. Plain POSIX sh.
#
#   sh launch.sh              board facts, then every configuration     > log.txt
#   sh launch.sh facts        board facts only
#   sh launch.sh run NAME     one configuration of plan.sh
#   sh launch.sh profile NAME the same with an op profile (whose timings are no latencies)
#   sh launch.sh compile      compile the model for the NPU with the board's own vela
#
# BENCHMARK_MODEL=/path/to/benchmark_model overrides the search. Read the log on any computer with
# `mcugen parse-log log.txt`.

LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 1
. ./plan.sh
root=${MCUGEN_ROOT:-} # another root for tests

mark() { printf '#mcugen 1 %s\n' "$*"; }
fact() { [ -z "$2" ] || mark fact "$1=$(printf '%s' "$2" | tr '\n\r\t' '   ')"; }
read_file() { [ -r "$1" ] && tr -d '\000' <"$1" 2>/dev/null; }

# The tool of the highest version: numbers, not letters, decide between 2.9.1 and 2.16.2.
find_tool() {
  if [ -n "${BENCHMARK_MODEL:-}" ]; then
    echo "$BENCHMARK_MODEL"
    return
  fi
  for pattern in $plan_tools; do
    for path in $root$pattern; do
      [ -x "$path" ] && echo "$(version_of "$path") $path"
    done
  done | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1 | cut -d ' ' -f 2-
}

version_of() { echo "$1" | sed -n 's|.*-\([0-9][0-9.]*\)/.*|\1|p'; }

first_there() {
  for path; do
    [ -e "$root$path" ] && echo "$root$path" && return
  done
}

# The hottest zone, in thousandths of a degree Celsius.
temperature() { cat "$root"/sys/class/thermal/thermal_zone*/temp 2>/dev/null | sort -n | tail -n 1; }
each_cpu() { cat "$root"/sys/devices/system/cpu/cpu[0-9]*/cpufreq/"$1" 2>/dev/null | sort -u; }

print_facts() {
  fact machine "$(uname -m)"
  fact kernel "$(uname -r)"
  fact system "$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$root/etc/os-release" 2>/dev/null)"
  fact device_tree_model "$(read_file "$root/proc/device-tree/model")"
  fact cpus "$(grep -c '^processor' "$root/proc/cpuinfo" 2>/dev/null)"
  fact memory_available_kib "$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' "$root/proc/meminfo" 2>/dev/null)"
  fact governor "$(each_cpu scaling_governor)"
  fact frequency_khz "$(each_cpu scaling_cur_freq)"
  fact frequency_max_khz "$(each_cpu cpuinfo_max_freq)"
  fact load "$(cut -d ' ' -f 1 "$root/proc/loadavg" 2>/dev/null)"
  tool=$(find_tool)
  fact tool "$tool"
  fact tool_version "$(version_of "$tool")"
  # shellcheck disable=SC2086 # a list of plain paths
  fact delegate "$(first_there $plan_delegates)"
  fact vela "$(command -v vela)"
}

# Sets `tool`, `model` and `delegate`, or prints what is missing.
prepare() {
  tool=$(find_tool)
  model=$plan_model
  delegate=
  [ -n "$tool" ] || { echo "benchmark_model is not on this board: none of $plan_tools"; return 1; }
  [ -x "$tool" ] || { echo "$tool is not an executable file"; return 1; }
  if [ "$asked" = npu ]; then
    # shellcheck disable=SC2086
    delegate=$(first_there $plan_delegates)
    [ -n "$delegate" ] || { echo "the delegate is not on this board: none of $plan_delegates"; return 1; }
    for device in $plan_devices; do
      if ! [ -r "$root$device" ] || ! [ -w "$root$device" ]; then
        echo "$device cannot be opened: it is missing, or only root may use it"
        return 1
      fi
    done
    [ -e "$plan_npu_model" ] && model=$plan_npu_model
  fi
  [ -s "$model" ] || { echo "the model $model is missing or empty"; return 1; }
}

# run_one NAME [yes]: one configuration between two marks, profiled or not; the status is the tool's.
run_one() {
  name=$1 profiled=$2
  plan_load "$name" || { echo "launch.sh: no configuration $name: $plan_names" >&2; return 2; }
  mark begin "$name"
  fact title "$title"
  fact asked "$asked"
  fact threads "$threads"
  fact profiled "$profiled"
  if ! reason=$(prepare); then
    fact missing "$reason"
    mark end "$name" missing
    return 3
  fi
  prepare
  # shellcheck disable=SC2086 # flags and settings are lists of plain words
  set -- --graph="$model" --num_threads="$threads" $plan_flags
  [ -z "$profiled" ] || set -- "$@" --enable_op_profiling=true
  if [ "$asked" = npu ]; then
    set -- "$@" --external_delegate_path="$delegate"
    # Operators that the NPU leaves over then run on TensorFlow Lite's own kernels. Not every
    # benchmark_model knows the flag, and an unknown one spoils the run.
    knows use_xnnpack && set -- "$@" --use_xnnpack=false
  else
    environment=
  fi
  fact model "$model"
  fact delegate "$delegate"
  fact command "$environment $tool $*"
  fact temperature_before_millicelsius "$(temperature)"
  # shellcheck disable=SC2086
  { env $environment "$tool" "$@" </dev/null 2>&1; printf '\n%s %s\n' "$status_word" $?; } | shorten
  status=$?
  fact frequency_after_khz "$(each_cpu scaling_cur_freq)"
  fact temperature_after_millicelsius "$(temperature)"
  mark end "$name" "$status"
  return "$status"
}

knows() { "$tool" --help 2>&1 </dev/null | grep -q -e "--$1="; }

# A delegate that fails can print thousands of lines a second: keeps the ends, passes on the status.
status_word="#mcugen-status-$$"
shorten() {
  awk -v word="$status_word" -v keep=2000 '
    index($0, word " ") == 1 { status = substr($0, length(word) + 2); next }
    { line = substr($0, 1, 2000); n++ }
    n <= keep { print line; next }
    { ring[n % keep] = line }
    END {
      if (n > 2 * keep) print "[... " (n - 2 * keep) " lines ...]"
      from = n - keep + 1
      if (from <= keep) from = keep + 1
      for (i = from; i <= n; i++) print ring[i % keep]
      exit status
    }'
}

compile_model() {
  [ -n "$plan_npu_model" ] || { echo "launch.sh: this board compiles models for its NPU itself" >&2; return 2; }
  command -v vela >/dev/null || { echo "launch.sh: there is no vela on this board" >&2; return 3; }
  rm -f "$plan_npu_model" # what another vela has compiled is not what was asked for
  vela "$plan_model" --output-dir "$(dirname "$plan_npu_model")" </dev/null 2>&1 && [ -s "$plan_npu_model" ]
}

case ${1:-all} in
facts) print_facts ;;
run) run_one "$2" ;;
profile) run_one "$2" yes ;;
compile) compile_model ;;
all)
  print_facts
  worst=0
  for name in $plan_names; do
    run_one "$name" || worst=$?
  done
  exit "$worst"
  ;;
*)
  sed -n 's/^#   //p' "$0" >&2
  exit 2
  ;;
esac
