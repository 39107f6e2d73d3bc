// Ordinary Go: goroutines, channels, maps, closures, defer and recover, big numbers, formatting, files.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

type Item struct {
	Name  string
	Score float64
	Tags  []string
	Extra map[string]int
}

func squares(n int) int {
	jobs, results := make(chan int), make(chan int)
	var workers sync.WaitGroup
	for w := 0; w < 4; w++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for job := range jobs {
				results <- job * job
			}
		}()
	}
	go func() {
		for i := 0; i < n; i++ {
			jobs <- i
		}
		close(jobs)
		workers.Wait()
		close(results)
	}()
	sum := 0
	for r := range results {
		sum += r
	}
	return sum
}

func divide(a, b int) (result int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	return a / b, nil
}

func factorial(n int64) *big.Int {
	return new(big.Int).MulRange(1, n)
}

func printItems() {
	items := []Item{{"b", 1.5, []string{"x", "y"}, nil}, {"a", 1e21, nil, map[string]int{"k": 1, "j": 2}}}
	sort.Slice(items, func(i, j int) bool { return items[i].Name < items[j].Name })
	for _, item := range items {
		fmt.Printf("%v|%+v|%T\n", item, item, item.Extra)
	}
	fmt.Printf("%8.3f|%-6d|%+d|%#x|%q|%t|%e\n", 3.14159, 42, 7, 255, "caf\u00e9", true, 123456.789)
}

func readInput() {
	lines := bufio.NewScanner(os.Stdin)
	counts := map[string]int{}
	for lines.Scan() {
		for _, w := range strings.Fields(strings.ToLower(lines.Text())) {
			counts[w]++
		}
	}
	fmt.Println(counts)
}

func files() {
	path := "/data/note.txt"
	fmt.Println(os.WriteFile(path, []byte("from Go\n"), 0o644))
	text, err := os.ReadFile(path)
	fmt.Printf("%q %v\n", text, err)
	entries, err := os.ReadDir("/data")
	for _, entry := range entries {
		fmt.Println(entry.Name(), entry.IsDir())
	}
	fmt.Println(err, os.Remove(path))
	_, err = os.Stat(path)
	fmt.Println(errors.Is(err, os.ErrNotExist))
}

func main() {
	start := time.Now()
	fmt.Println(os.Args[1:], os.Getenv("GREETING"))
	fmt.Println(squares(1000))
	fmt.Println(divide(7, 2))
	fmt.Println(divide(7, 0))
	fmt.Println(factorial(60))
	fmt.Printf("%x\n", crc32.ChecksumIEEE([]byte("wasm")))
	printItems()
	readInput()
	files()
	time.Sleep(2 * time.Millisecond)
	fmt.Println(time.Since(start) > time.Millisecond)
	os.Exit(5)
}
