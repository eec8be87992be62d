package cli_test

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/words"
)

func TestParseKeepsBytesThatAreNotUTF8(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	const name, folder = "caf\xe9 \xff\xfe.txt", "/home/andr\xe9"
	for _, c := range []struct {
		title string
		args  []string
		get   func(cli.Invocation) []string
		want  []string
	}{
		{"file to send", []string{"send", name, "b"}, func(i cli.Invocation) []string { return i.Send.Paths }, []string{name, "b"}},
		{"file for the window", []string{name}, func(i cli.Invocation) []string { return i.Window.Paths }, []string{name}},
		{"name of the standard input", []string{"send", "--name", name, "-"}, func(i cli.Invocation) []string { return []string{i.Send.Name} }, []string{name}},
		{"profile", []string{"--profile", folder, "list"}, func(i cli.Invocation) []string { return []string{i.Profile} }, []string{folder}},
		{"profile with an equals sign", []string{"--profile=" + folder, "list"}, func(i cli.Invocation) []string { return []string{i.Profile} }, []string{folder}},
		{"folder of the receiver", []string{"receive", "--dir", folder}, func(i cli.Invocation) []string { return []string{i.Receive.Dir} }, []string{folder}},
		{"header", []string{"send", "--to", "x", "--header", "A: \xe9,b", name}, func(i cli.Invocation) []string { return i.Send.Header }, []string{"A: \xe9,b"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			parsed, err := cli.Parse(c.args, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.get(parsed)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRejectsEmptyValueOfEveryFlag(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	grammar, err := cli.Grammar()
	if err != nil {
		t.Fatal(err)
	}
	flags := 0
	for _, command := range grammar.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				kind := flag.Target.Type()
				if kind.Kind() == reflect.Slice {
					kind = kind.Elem()
				}
				if kind.Kind() != reflect.String {
					continue
				}
				flags++
				for _, value := range [][]string{{"--" + flag.Name + "="}, {"--" + flag.Name, ""}} {
					args := slices.Concat(strings.Fields(command.FullPath())[1:], value)
					for range command.Positional {
						args = append(args, "x")
					}
					_, err := cli.Parse(args, io.Discard)
					if want := "--" + flag.Name + " has an empty value. Leave the option out or give it a value."; cli.ExitCode(err) != cli.ExitUsage || cli.Explain(err) != want {
						t.Errorf("%q: got %v, want %q", args, err, want)
					}
				}
			}
		}
	}
	if flags < 50 {
		t.Errorf("tried only %d flags", flags)
	}
}
