package main

import (
	"fmt"
	"strings"
)

const generated = "# Written by packaging/manual from the grammar of the command line.\n"

// bashCompletion returns the completion for bash. It needs no other package.
func bashCompletion(commands []command) string {
	var b strings.Builder
	b.WriteString("# shellcheck shell=bash\n" + generated)
	b.WriteString(`
# _ferry_command sets command to the words of the command before the cursor.
_ferry_command() {
	local i
	command=
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "$command ${COMP_WORDS[i]}" in
`)
	var known []string
	for _, c := range commands[1:] {
		known = append(known, quote(spaced(c)))
	}
	fmt.Fprintf(&b, "\t\t%s) command=\"$command ${COMP_WORDS[i]}\" ;;\n", strings.Join(known, " | "))
	var valued []string
	for _, c := range commands {
		for _, f := range c.flags {
			if f.value != "" {
				valued = append(valued, patterns(c, f))
			}
		}
	}
	fmt.Fprintf(&b, "\t\t%s) ((++i)) ;; # its value is no command\n", strings.Join(valued, " | "))
	b.WriteString(`		esac
	done
}

# _ferry_paths completes the names of files, or of folders with the argument -d.
_ferry_paths() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "${1:--f}" -- "$current")
}

_ferry() {
	local command current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local words=
	COMPREPLY=()
	_ferry_command
	# The value of a flag.
	case "$command $previous" in
`)
	for _, c := range commands {
		for _, f := range c.flags {
			if f.value == "" {
				continue
			}
			fmt.Fprintf(&b, "\t%s)\n\t\t%s\n\t\treturn\n\t\t;;\n", patterns(c, f), bashValue(f))
		}
	}
	b.WriteString("\tesac\n\t# A flag, a command or a file.\n\tcase \"$command\" in\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "\t%s)\n\t\tcase \"$current\" in\n\t\t-*) words=%s ;;\n", quote(spaced(c)), quote(strings.Join(allSpellings(c), " ")))
		if len(c.subcommands) > 0 {
			fmt.Fprintf(&b, "\t\t*) words=%s ;;\n", quote(strings.Join(c.subcommands, " ")))
		}
		b.WriteString("\t\tesac\n\t\t;;\n")
	}
	b.WriteString("\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n")
	var files []string
	for _, c := range commands {
		if c.takesFiles() || len(c.words) == 0 {
			files = append(files, quote(spaced(c)))
		}
	}
	fmt.Fprintf(&b, "\tcase \"$command\" in\n\t%s)\n", strings.Join(files, " | "))
	b.WriteString("\t\t[[ ${#COMPREPLY[@]} -gt 0 || $current == -* ]] || _ferry_paths\n\t\t;;\n\tesac\n}\n\ncomplete -F _ferry ferry\n")
	return b.String()
}

// spaced returns the words of a command, each after a space.
func spaced(c command) string {
	if len(c.words) == 0 {
		return ""
	}
	return " " + c.path()
}

// patterns returns the case patterns of a command and the spellings of its flag.
func patterns(c command, f flagOf) string {
	var all []string
	for _, spelling := range f.spellings() {
		all = append(all, quote(spaced(c)+" "+spelling))
	}
	return strings.Join(all, " | ")
}

func bashValue(f flagOf) string {
	switch {
	case f.values != nil:
		return fmt.Sprintf("mapfile -t COMPREPLY < <(compgen -W %s -- \"$current\")", quote(strings.Join(f.values, " ")))
	case f.isFile():
		return "_ferry_paths"
	case f.isFolder():
		return "_ferry_paths -d"
	default:
		return ": # any value"
	}
}

func allSpellings(c command) []string {
	var all []string
	for _, f := range c.flags {
		all = append(all, f.spellings()...)
	}
	return all
}

// zshCompletion returns the completion for zsh.
func zshCompletion(commands []command) string {
	var b strings.Builder
	b.WriteString("#compdef ferry\n" + generated)
	for _, c := range commands {
		fmt.Fprintf(&b, "\n%s() {\n", zshFunction(c))
		if len(c.subcommands) > 0 {
			b.WriteString("\tlocal -a commands=(\n")
			for _, name := range c.subcommands {
				fmt.Fprintf(&b, "\t\t%s\n", quote(name+":"+strings.ReplaceAll(helpOf(commands, append(c.words[:len(c.words):len(c.words)], name)), ":", `\:`)))
			}
			b.WriteString("\t)\n\tlocal curcontext=$curcontext state line\n")
		}
		b.WriteString("\t_arguments -s -S -C")
		for _, f := range c.flags {
			for _, spelling := range f.spellings() {
				fmt.Fprintf(&b, " \\\n\t\t%s", quote("*"+spelling+"["+zshText(f.help)+"]"+zshValue(f)))
			}
		}
		switch {
		case len(c.subcommands) > 0:
			fmt.Fprintf(&b, " \\\n\t\t'1: :->command' \\\n\t\t'*:: :->arguments'\n\tcase $state in\n\tcommand)\n\t\t_describe command commands\n%s\t\t;;\n", zshAlsoFiles(c))
			b.WriteString("\targuments)\n\t\tcase $words[1] in\n")
			for _, name := range c.subcommands {
				fmt.Fprintf(&b, "\t\t%s) %s_%s ;;\n", name, zshFunction(c), name)
			}
			if len(c.words) == 0 {
				b.WriteString("\t\t*) _files ;;\n")
			}
			b.WriteString("\t\tesac\n\t\t;;\n\tesac\n")
		case c.takesFiles():
			b.WriteString(" \\\n\t\t'*:file:_files'\n")
		default:
			b.WriteString("\n")
		}
		b.WriteString("}\n")
	}
	b.WriteString("\n_ferry \"$@\"\n")
	return b.String()
}

// zshAlsoFiles returns the line that completes files in place of a command: ferry itself
// opens the window with them.
func zshAlsoFiles(c command) string {
	if len(c.words) > 0 {
		return ""
	}
	return "\t\t_files\n"
}

func zshFunction(c command) string { return strings.Join(append([]string{"_ferry"}, c.words...), "_") }

func zshText(text string) string {
	return strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(text)
}

func zshValue(f flagOf) string {
	if f.value == "" {
		return ""
	}
	value := ":" + zshText(f.value) + ":"
	switch {
	case f.values != nil:
		return value + "(" + strings.Join(f.values, " ") + ")"
	case f.isFile():
		return value + "_files"
	case f.isFolder():
		return value + "_files -/"
	default:
		return value
	}
}

func helpOf(commands []command, words []string) string {
	for _, c := range commands {
		if c.path() == strings.Join(words, " ") {
			return c.help
		}
	}
	return ""
}

// fishCompletion returns the completion for fish.
func fishCompletion(commands []command) string {
	var b strings.Builder
	b.WriteString(generated)
	b.WriteString(`
# __ferry_at tells whether the words of the command before the cursor are the arguments.
function __ferry_at
	set -l command
	for word in (commandline -opc)[2..]
		switch "$command $word"
`)
	var known []string
	for _, c := range commands[1:] {
		known = append(known, quote(spaced(c)))
	}
	fmt.Fprintf(&b, "\t\t\tcase %s\n\t\t\t\tset command \"$command $word\"\n\t\tend\n\tend\n\ttest \"$command\" = \"$argv[1]\"\nend\n\n", strings.Join(known, " "))
	for _, c := range commands {
		at := "-n " + quote("__ferry_at "+quoteInner(spaced(c)))
		if !c.takesFiles() && len(c.words) > 0 {
			fmt.Fprintf(&b, "complete -c ferry %s -f\n", at)
		}
		for _, name := range c.subcommands {
			fmt.Fprintf(&b, "complete -c ferry %s -a %s -d %s\n", at, name, quote(helpOf(commands, append(c.words[:len(c.words):len(c.words)], name))))
		}
		for _, f := range c.flags {
			fmt.Fprintf(&b, "complete -c ferry %s%s -l %s%s -d %s\n", at, fishShort(f), f.name, fishValue(f), quote(f.help))
			if f.negated {
				fmt.Fprintf(&b, "complete -c ferry %s -l no-%s -d %s\n", at, f.name, quote(f.help))
			}
		}
	}
	return b.String()
}

func fishShort(f flagOf) string {
	if f.short == "" {
		return ""
	}
	return " -s " + f.short
}

func fishValue(f flagOf) string {
	switch {
	case f.value == "":
		return ""
	case f.values != nil:
		return " -x -a " + quote(strings.Join(f.values, " "))
	case f.isFile():
		return " -r -F"
	case f.isFolder():
		return " -x -a '(__fish_complete_directories)'"
	default:
		return " -x"
	}
}

// quote returns text in single quotes, for each of the three shells.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// quoteInner returns text in double quotes, inside single ones.
func quoteInner(text string) string { return `"` + text + `"` }
