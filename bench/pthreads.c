/* What the C programs of the tests and of threads.py need of pthreads, on wasi-threads: the C library of the compiler at
   hand has stubs only. A thread is joined through a futex; mutexes and condition variables are the classic ones, with
   three states and with a sequence number. Their first int is the futex. */

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define STACK_BYTES 65536

struct start {
  char *stack; /* wasi_thread_start reads the first two */
  void *tls;
  void *(*function)(void *);
  void *argument;
  int running;
};

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int spawn(void *start);

static int *futex_of(void *object) { return object; }

static void wait_while(int *futex, int value) { __builtin_wasm_memory_atomic_wait32(futex, value, -1); }

static void wake(int *futex, int count) { __builtin_wasm_memory_atomic_notify(futex, count); }

__asm__(".globaltype __stack_pointer, i32\n"
        ".globaltype __tls_base, i32\n"
        ".functype thread_main (i32) -> ()\n"
        ".globl wasi_thread_start\n"
        ".type wasi_thread_start,@function\n"
        "wasi_thread_start:\n"
        ".functype wasi_thread_start (i32, i32) -> ()\n"
        "local.get 1\n"
        "i32.load 0\n"
        "global.set __stack_pointer\n"
        "local.get 1\n"
        "i32.load 4\n"
        "global.set __tls_base\n"
        "local.get 1\n"
        "call thread_main\n"
        "end_function\n"
        ".export_name wasi_thread_start, wasi_thread_start\n");

void thread_main(struct start *start) {
  start->argument = start->function(start->argument);
  __atomic_store_n(&start->running, 0, __ATOMIC_SEQ_CST);
  wake(&start->running, INT_MAX);
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*function)(void *),
                   void *restrict argument) {
  struct start *start = malloc(sizeof *start);
  char *stack = malloc(STACK_BYTES);
  if (!start || !stack) return EAGAIN;
  *start = (struct start){stack + STACK_BYTES, __builtin_wasm_tls_base(), function, argument, 1};
  *thread = (pthread_t)start;
  return spawn(start) > 0 ? 0 : EAGAIN;
}

int pthread_join(pthread_t thread, void **result) {
  struct start *start = (struct start *)thread;
  while (__atomic_load_n(&start->running, __ATOMIC_SEQ_CST)) wait_while(&start->running, 1);
  if (result) *result = start->argument;
  free(start->stack - STACK_BYTES);
  free(start);
  return 0;
}

/* 0: free, 1: locked, 2: locked, and somebody waits */
int pthread_mutex_lock(pthread_mutex_t *mutex) {
  int *futex = futex_of(mutex), seen = 0;
  if (__atomic_compare_exchange_n(futex, &seen, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return 0;
  while (__atomic_exchange_n(futex, 2, __ATOMIC_SEQ_CST)) wait_while(futex, 2);
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  int *futex = futex_of(mutex);
  if (__atomic_exchange_n(futex, 0, __ATOMIC_SEQ_CST) == 2) wake(futex, 1);
  return 0;
}

int pthread_cond_wait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex) {
  int *sequence = futex_of(condition), seen = __atomic_load_n(sequence, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(mutex);
  wait_while(sequence, seen);
  return pthread_mutex_lock(mutex);
}

int pthread_cond_signal(pthread_cond_t *condition) {
  __atomic_fetch_add(futex_of(condition), 1, __ATOMIC_SEQ_CST);
  wake(futex_of(condition), 1);
  return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition) {
  __atomic_fetch_add(futex_of(condition), 1, __ATOMIC_SEQ_CST);
  wake(futex_of(condition), INT_MAX);
  return 0;
}
