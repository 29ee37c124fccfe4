package dev.naru.cli;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * picocli's script for bash and zsh, which knows only values that are words of their own, and before it a function that
 * makes words of {@code --only=pipe,fi}.
 */
final class BashCompletion {
    private static final String NAME = "_complete_naru";
    private static final String WORDS = "_complete_naru_words";

    /** bash ends a word at =, zsh does not; what is completed is the last word as the shell sees it. */
    private static final String SPLIT = """

            function _complete_naru() {
              local parts=() current=0 i word kept="" option
              for (( i = 0; i <= COMP_CWORD; i++ )); do
                word=${COMP_WORDS[i]}
                if (( i > 0 )) && [[ $word == --*=* ]]; then
                  parts+=("${word%%=*}" "${word#*=}")
                  kept=${word%%=*}=
                elif (( i > 0 )) && [[ $word == "=" ]]; then
                  (( i < COMP_CWORD )) || parts+=("")
                else
                  parts+=("$word")
                  kept=""
                fi
              done
              current=$(( ${#parts[@]} - 1 ))
              option=${parts[current-1]}
              word=${parts[current]}
              case $option in
                LISTS)
                  if [[ $word == *,* ]]; then
                    kept=$kept${word%,*},
                    parts[current]=${word##*,}
                  fi
                  ;;
              esac
              COMP_WORDS=("${parts[@]}")
              COMP_CWORD=$current
              _complete_naru_words "$@"
              if [[ -n $kept ]]; then
                for (( i = 0; i < ${#COMPREPLY[@]}; i++ )); do
                  COMPREPLY[i]=$kept${COMPREPLY[i]}
                done
              fi
            }

            """;

    private BashCompletion() {}

    static String script(CommandLine all) {
        String script = AutoComplete.bash("naru", all).replace("function " + NAME + "()", "function " + WORDS + "()");
        int registered = script.lastIndexOf("complete -F " + NAME);
        int line = script.lastIndexOf('\n', registered) + 1;
        return script.substring(0, line) + SPLIT.replace("LISTS", lists(all)) + script.substring(line);
    }

    /** Options that take several values with commas between them. */
    static boolean isList(ArgSpec option) {
        return option.paramLabel().contains(",");
    }

    private static String lists(CommandLine all) {
        return options(all)
                .filter(BashCompletion::isList)
                .map(OptionSpec::longestName)
                .distinct()
                .collect(Collectors.joining(" | "));
    }

    private static Stream<OptionSpec> options(CommandLine line) {
        return Stream.concat(
                line.getCommandSpec().options().stream(),
                line.getSubcommands().values().stream().flatMap(BashCompletion::options));
    }
}
