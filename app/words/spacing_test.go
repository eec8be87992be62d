package words_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

func TestChineseTextsHaveSpacesAroundLatinValues(t *testing.T) {
	load(t, words.Chinese)
	for _, c := range []struct{ name, key, server, want string }{
		{"Latin name before", "blocked.auth", "Studio server", "Studio server 要求登录。"},
		{"Chinese name", "blocked.auth", "工作室", "工作室要求登录。"},
		{"name with both", "blocked.auth", "工作室NAS2号", "工作室NAS2号要求登录。"},
		{"name that ends with a digit", "blocked.auth", "工作室2", "工作室2 要求登录。"},
		{"address", "blocked.auth", "https://tus.example.com/files/", "https://tus.example.com/files/ 要求登录。"},
		{"within quotes", "note.sign-in", "Studio", "“Studio”要求登录。"},
		{"between two parts", "empty.text", "Studio", "文件将上传到 Studio。上传中断后会从断点继续。"},
		{"that is not broken into lines", "empty.text", words.Unbroken("S1"), "文件将上传到 " + words.Unbroken("S1") + "。上传中断后会从断点继续。"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := words.Text(c.key, words.Data{"Server": c.server}); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got, want := words.Count("added", 3, words.Data{"Server": "Studio"}), "正在将 3 项上传到 Studio。"; got != want {
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
