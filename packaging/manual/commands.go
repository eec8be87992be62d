package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// command is a command of the command line, in the form that the files need.
type command struct {
	words       []string // "server", "add"; none for ferry itself
	help        string
	detail      string // more help, or ""
	flags       []flagOf
	arguments   []argument
	subcommands []string
}

// flagOf is a flag of a command.
type flagOf struct {
	name    string // without the dashes
	short   string // one letter, or ""
	value   string // what stands for its value in the help; "" for a flag without one
	help    string
	values  []string // the values that it accepts; nil for any
	negated bool     // there is also --no-NAME
}

// argument is an argument of a command.
type argument struct {
	name     string
	help     string
	optional bool
	many     bool
}

// path returns the words of a command as they are typed after ferry.
func (c command) path() string { return strings.Join(c.words, " ") }

// takesFiles reports whether the arguments are files.
func (c command) takesFiles() bool {
	return slices.ContainsFunc(c.arguments, func(a argument) bool { return a.name == "file" })
}

// isFile and isFolder report whether the value of a flag is the path of a file or folder.
func (f flagOf) isFile() bool { return f.value == "FILE" || f.value == "PROGRAM" }

func (f flagOf) isFolder() bool { return f.value == "DIR" }

// spellings returns everything that selects the flag, with dashes.
func (f flagOf) spellings() []string {
	all := []string{"--" + f.name}
	if f.negated {
		all = append(all, "--no-"+f.name)
	}
	if f.short != "" {
		all = append(all, "-"+f.short)
	}
	return all
}

// commandsOf returns ferry itself and all its commands, each after the one that it is a
// subcommand of.
func commandsOf(grammar *kong.Application) []command {
	var all []command
	var add func(node *kong.Node, words []string)
	add = func(node *kong.Node, words []string) {
		c := command{words: words, help: node.Help, detail: node.Detail}
		for _, group := range node.AllFlags(true) {
			for _, flag := range group {
				c.flags = append(c.flags, newFlag(flag))
			}
		}
		for _, value := range node.Positional {
			c.arguments = append(c.arguments, argument{value.Name, plain(value.Help), !value.Required, value.IsCumulative()})
		}
		c.help, c.detail = plain(c.help), plain(c.detail)
		for _, child := range node.Children {
			c.subcommands = append(c.subcommands, child.Name)
		}
		all = append(all, c)
		for _, child := range node.Children {
			add(child, append(slices.Clone(words), child.Name))
		}
	}
	add(grammar.Node, nil)
	return all
}

func newFlag(flag *kong.Flag) flagOf {
	f := flagOf{name: flag.Name, help: plain(flag.Help), negated: flag.Tag.Negatable != ""}
	if flag.Short != 0 {
		f.short = string(flag.Short)
	}
	if !flag.IsBool() {
		f.value = cmp.Or(flag.PlaceHolder, strings.ToUpper(flag.Name))
	}
	if flag.Enum != "" {
		f.values = slices.DeleteFunc(flag.EnumSlice(), func(value string) bool { return value == "" })
	}
	return f
}

// plain returns a help text as it is shown: kong's syntax doubles dollar signs.
func plain(text string) string { return strings.ReplaceAll(text, "$$", "$") }
