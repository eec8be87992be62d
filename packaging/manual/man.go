package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// manualPage returns the manual page ferry(1), in the macros of man(7).
func manualPage(grammar *kong.Application, commands []command) string {
	var b strings.Builder
	b.WriteString(".\\\" Written by packaging/manual from the grammar of the command line.\n")
	b.WriteString(".TH FERRY 1 \"\" \"Ferry\" \"User Commands\"\n")
	b.WriteString(".SH NAME\nferry \\- upload files of any size to tus servers and resume interrupted uploads\n")
	b.WriteString(".SH SYNOPSIS\n")
	for i, c := range commands {
		if i > 0 && len(c.subcommands) == 0 {
			writeSynopsis(&b, c)
		}
	}
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", roff(plain(grammar.Help)))
	b.WriteString(manDescription)
	b.WriteString(".SH COMMANDS\n")
	common := commands[0].flags
	for _, c := range commands[1:] {
		writeCommand(&b, c, common)
	}
	b.WriteString(".SH OPTIONS OF ALL COMMANDS\n")
	for _, f := range common {
		writeFlag(&b, f)
	}
	b.WriteString(manEnd)
	return b.String()
}

const manDescription = `.PP
.B ferry
alone, and
.B ferry
.IR FILE ...
open the window; if one is open, the files are added to it.
The other commands work without a window and exit when they are done.
An interrupted command is continued by the same command,
by
.BR "ferry resume" ,
or by the window.
`

const manEnd = `.SH EXIT STATUS
.TP
.B 0
Everything was uploaded.
.TP
.B 1
Some uploads failed, or nothing could be started.
.TP
.B 2
The arguments are invalid.
.TP
.B 130
Interrupted by SIGINT or SIGTERM; everything is saved.
.TP
.B 129
The same by SIGHUP: the terminal was closed.
.TP
.B 141
The same, as the reader of the output ended.
.SH ENVIRONMENT
.TP
.B FERRY_PROFILE
The data folder, unless
.B \-\-profile
is given.
.TP
.B FERRY_HEADER
Headers for the server, as a file of
.B \-\-header\-file
has them.
.TP
.B FERRY_RECEIVE_AUTH
Sign\-ins for
.BR "ferry receive" ,
as a file of
.B \-\-auth\-file
has them.
.SH FILES
.TP
.I ~/.local/share/ferry
The data folder: the list of uploads, the settings and the log.
Secrets are in the keyring of the desktop.
.TP
.I ~/Downloads/Ferry
The files that the built-in receiver has received.
.SH SEE ALSO
The user guide, at
.UR https://github.com/ferryapp/ferry
.UE .
`

func writeSynopsis(b *strings.Builder, c command) {
	fmt.Fprintf(b, ".B ferry %s\n", roff(c.path()))
	if len(c.flags) > 0 {
		b.WriteString(".RI [ OPTION ...]\n")
	}
	for _, a := range c.arguments {
		name := strings.ToUpper(a.name)
		if a.many {
			name += "..."
		}
		if a.optional {
			fmt.Fprintf(b, ".RI [ %s ]\n", roff(name))
		} else {
			fmt.Fprintf(b, ".I %s\n", roff(name))
		}
	}
	b.WriteString(".br\n")
}

// writeCommand writes a command with the flags that are not common to all.
func writeCommand(b *strings.Builder, c command, common []flagOf) {
	fmt.Fprintf(b, ".SS ferry %s\n%s\n", roff(c.path()), roff(c.help))
	for paragraph := range strings.SplitSeq(c.detail, "\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			fmt.Fprintf(b, ".PP\n%s\n", roff(paragraph))
		}
	}
	for _, a := range c.arguments {
		fmt.Fprintf(b, ".TP\n.I %s\n%s\n", roff(strings.ToUpper(a.name)), roff(a.help))
	}
	for _, f := range c.flags[len(common):] {
		writeFlag(b, f)
	}
}

func writeFlag(b *strings.Builder, f flagOf) {
	var all []string
	if f.short != "" {
		all = append(all, "-"+f.short)
	}
	name := "--" + f.name
	if f.negated {
		name = "--[no-]" + f.name
	}
	all = append(all, name)
	value := ""
	if f.value != "" {
		value = " \" \" \\fI" + roff(f.value) + "\\fR"
	}
	fmt.Fprintf(b, ".TP\n.BR \"%s\"%s\n%s\n", roff(strings.Join(all, ", ")), value, roff(f.help))
}

// roff escapes text for groff (groff(7)): backslashes, hyphens that are typed, which
// others would be printed as, and a dot or apostrophe that would begin a request.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "“", `\(lq`, "”", `\(rq`, "…", "...").Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
