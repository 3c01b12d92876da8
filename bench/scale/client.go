// Go's net/http, with the whole body in memory: `client <job>`. See ../job.ts for what it is given and answers, and
// ../measurement.ts for how a window is measured; this is the same in Go.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sort"
	"sync"
	"syscall"
	"time"
)

type job struct {
	Endpoint struct {
		Scheme, Host string
		Port         int
		Connections  int
		CA           string
	}
	Task struct {
		Is, Path                     string
		Bytes, Connections           int
		WarmUpSeconds, WindowSeconds float64
	}
}

func main() {
	var j job
	check(json.Unmarshal([]byte(os.Args[1]), &j))
	url := fmt.Sprintf("%s://%s:%d%s", j.Endpoint.Scheme, j.Endpoint.Host, j.Endpoint.Port, j.Task.Path)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(j.Endpoint.CA))
	client := &http.Client{Transport: &http.Transport{
		MaxConnsPerHost:     j.Endpoint.Connections,
		MaxIdleConnsPerHost: j.Endpoint.Connections,
		TLSClientConfig:     &tls.Config{RootCAs: authorities},
	}}
	get := func() { request(client, url, j.Task.Bytes) }
	sample := map[string]float64{}
	if j.Task.Is == "load" {
		sample = measure(get, j.Task.Connections, seconds(j.Task.WarmUpSeconds), seconds(j.Task.WindowSeconds))
	} else {
		get()
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"is": "measured", "sample": sample}))
}

func request(client *http.Client, url string, bytes int) {
	response, err := client.Get(url)
	check(err)
	body, err := io.ReadAll(response.Body)
	check(err)
	check(response.Body.Close())
	if response.StatusCode != 200 || len(body) != bytes {
		log.Fatalf("%s gave status %d and %d bytes", url, response.StatusCode, len(body))
	}
}

// window takes the times of all workers' requests: see measure() in ../measurement.ts.
type window struct {
	sync.Mutex
	warmUpEnd, start, end time.Time
	length                time.Duration
	cpu                   float64
	latencies             []float64
	done                  bool
}

// add tells of a request, and whether to go on.
func (w *window) add(began, now time.Time) bool {
	w.Lock()
	defer w.Unlock()
	if w.done {
		return false
	}
	if !w.start.IsZero() {
		w.latencies = append(w.latencies, float64(now.Sub(began))/1e3)
		if now.After(w.start.Add(w.length)) {
			w.done, w.end, w.cpu = true, now, cpu()-w.cpu
		}
	} else if now.After(w.warmUpEnd) {
		w.start, w.cpu = now, cpu()
	}
	return !w.done
}

func measure(get func(), connections int, warmUp, length time.Duration) map[string]float64 {
	w := window{warmUpEnd: time.Now().Add(warmUp), length: length}
	var group sync.WaitGroup
	for worker := 0; worker < connections; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			began := time.Now()
			for {
				get()
				now := time.Now()
				if !w.add(began, now) {
					return
				}
				began = now
			}
		}()
	}
	group.Wait()
	sort.Float64s(w.latencies)
	requests := len(w.latencies)
	return map[string]float64{
		"requests":          float64(requests),
		"cpu":               w.cpu / float64(requests),
		"requestsPerSecond": float64(requests) / w.end.Sub(w.start).Seconds(),
		"p50":               percentile(w.latencies, 50),
		"p99":               percentile(w.latencies, 99),
	}
}

func percentile(sorted []float64, percent int) float64 {
	return sorted[(len(sorted)*percent+99)/100-1]
}

// cpu is the user and system time of the process, in µs.
func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Sec+usage.Stime.Sec)*1e6 + float64(usage.Utime.Usec+usage.Stime.Usec)
}

func seconds(value float64) time.Duration {
	return time.Duration(value * float64(time.Second))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
