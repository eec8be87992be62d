package words_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

func TestChineseTextsHaveSpacesAroundLatinValues(t *testing.T) {
	load(t, words.Chinese)
	const key = "fault.unreachable.what" // "{{.Server}}不接受连接。"
	for _, c := range []struct{ name, key, server, want string }{
		{"Latin name before", key, "Studio server", "Studio server 不接受连接。"},
		{"Chinese name", key, "工作室", "工作室不接受连接。"},
		{"name with both", key, "工作室NAS2号", "工作室NAS2号不接受连接。"},
		{"name that ends with a digit", key, "工作室2", "工作室2 不接受连接。"},
		{"address", key, "https://tus.example.com/files/", "https://tus.example.com/files/ 不接受连接。"},
		{"within quotes", "note.sign-in", "Studio", "“Studio”要求登录。"},
		{"after a text", "server.checking", "Studio", "正在测试 Studio…"},
		{"that is not broken into lines", "server.checking", words.Unbroken("S1"), "正在测试 " + words.Unbroken("S1") + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := words.Text(c.key, words.Data{"Server": c.server}); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got, want := words.Count("added", 3, words.Data{"Server": "Studio"}), "正在将 3 项上传到“Studio”。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValuesAreNotChanged(t *testing.T) {
	for language, want := range map[words.Language]string{words.Chinese: "电影2.mov：复制链接", words.English: "电影2.mov: copy link"} {
		load(t, language)
		if got := words.Text("recent.copy", words.Data{"Name": "电影2.mov"}); got != want {
			t.Errorf("%s: got %q, want %q", language, got, want)
		}
	}
}
