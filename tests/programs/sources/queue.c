/* Producers and consumers with one bounded queue: mutexes, condition variables, results of threads. */

#include <pthread.h>
#include <stdio.h>

enum { CAPACITY = 8, PRODUCERS = 3, CONSUMERS = 3, ITEMS = 400 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int queue[CAPACITY], head, count, left = PRODUCERS * ITEMS;

static void *produce(void *argument) {
  int first = *(int *)argument;
  for (int i = 0; i < ITEMS; i++) {
    pthread_mutex_lock(&mutex);
    while (count == CAPACITY) pthread_cond_wait(&not_full, &mutex);
    queue[(head + count++) % CAPACITY] = first + i;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&mutex);
  }
  return argument;
}

static void *consume(void *argument) {
  long *sum = argument;
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (count == 0 && left > 0) pthread_cond_wait(&not_empty, &mutex);
    if (left == 0) {
      pthread_mutex_unlock(&mutex);
      return sum;
    }
    *sum += queue[head];
    head = (head + 1) % CAPACITY;
    count--;
    if (--left == 0) pthread_cond_broadcast(&not_empty);
    pthread_cond_signal(&not_full);
    pthread_mutex_unlock(&mutex);
  }
}

int main(void) {
  pthread_t producers[PRODUCERS], consumers[CONSUMERS];
  int firsts[PRODUCERS];
  long sums[CONSUMERS] = {0}, total = 0, expected = 0;
  for (int i = 0; i < CONSUMERS; i++)
    if (pthread_create(&consumers[i], NULL, consume, &sums[i])) return 1;
  for (int i = 0; i < PRODUCERS; i++) {
    firsts[i] = 1000 * i;
    if (pthread_create(&producers[i], NULL, produce, &firsts[i])) return 1;
  }
  for (int i = 0; i < PRODUCERS; i++) {
    void *result;
    pthread_join(producers[i], &result);
    if (result != &firsts[i]) return 2;
  }
  for (int i = 0; i < CONSUMERS; i++) {
    pthread_join(consumers[i], NULL);
    total += sums[i];
  }
  for (int i = 0; i < PRODUCERS; i++)
    for (int k = 0; k < ITEMS; k++) expected += 1000 * i + k;
  printf("%ld %ld\n", total, expected);
  return total != expected;
}
