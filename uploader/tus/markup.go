package tus

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// markup matches a tag of HTML in a text that need not be a document. Other words in angle
// brackets are text.
var markup = regexp.MustCompile(`(?i)</?(?:a|b|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|script|span|strong|style|table|td|th|title|tr|tt|u|ul)(?:\s[^<>]*)?/?>`)

// hiddenTags are the elements whose content is not shown.
var hiddenTags = map[string]bool{"script": true, "style": true, "template": true, "noscript": true, "svg": true, "iframe": true, "select": true}

// inlineTags are the elements that do not separate words.
var inlineTags = map[string]bool{
	"a": true, "b": true, "code": true, "em": true, "font": true, "i": true, "small": true, "span": true, "strong": true, "tt": true, "u": true, "wbr": true,
}

// markupText returns the text of HTML or XML. Of an XML error, such as that of a storage
// or of a WebDAV server, it is that of the element "message"; of a page the title, unless
// the text begins with it, and the text.
func markupText(text string) string {
	var collected markupCollector
	tokens := html.NewTokenizer(strings.NewReader(text))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return collected.text()
		case html.TextToken:
			collected.add(string(tokens.Text()))
		case html.StartTagToken:
			name, _ := tokens.TagName()
			collected.begin(string(name))
		case html.EndTagToken:
			name, _ := tokens.TagName()
			collected.end(string(name))
		case html.SelfClosingTagToken:
			collected.add(" ")
		}
	}
}

// markupCollector sorts the text of a document by its elements.
type markupCollector struct {
	body, title, message strings.Builder

	hidden string           // the hidden element that the tokens are in; "" for none
	into   *strings.Builder // of the title or the message while the tokens are in it, otherwise nil
}

func (c *markupCollector) begin(name string) {
	switch {
	case c.hidden != "":
	case hiddenTags[name]:
		c.hidden = name
	case name == "title":
		c.into = &c.title
	case isMessageTag(name):
		c.into = &c.message
	case !inlineTags[name]:
		c.add(" ")
	}
}

func (c *markupCollector) end(name string) {
	switch {
	case c.hidden != "":
		if name == c.hidden {
			c.hidden = ""
		}
	case name == "title" || isMessageTag(name):
		c.into = nil
	case !inlineTags[name]:
		c.add(" ")
	}
}

func (c *markupCollector) add(text string) {
	switch {
	case c.hidden != "":
	case c.into != nil:
		c.into.WriteString(text)
	default:
		c.body.WriteString(text)
	}
}

func (c *markupCollector) text() string {
	if message := oneLine(c.message.String()); message != "" {
		return message
	}
	title, body := oneLine(c.title.String()), oneLine(c.body.String())
	switch {
	case title == "" || strings.HasPrefix(body, title):
		return body
	case body == "":
		return title
	default:
		return title + ": " + body
	}
}

// isMessageTag reports whether the element has the message of an XML error, in any
// namespace.
func isMessageTag(name string) bool { return name == "message" || strings.HasSuffix(name, ":message") }
