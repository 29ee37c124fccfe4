/* The far side of a topic, in C: VERB STORE [WHO OR OFFSET] [MANY], on partition 0 of the topic t. */
#include "naru_log_append.h"
#include "naru_log_read.h"

static void say(const char *what, long long number) {
    printf("%s %lld\n", what, number);
    fflush(stdout);
}
static int refused(void) { say("refused", errno); return 1; }

/* A batch of WHO's records from that number on, one to three: how many. */
static int64_t append(naru_log *l, const char *who, int64_t number, int64_t many, int64_t *offset) {
    char value[64];
    int64_t count = 1 + number % 3;
    if (count > many - number) count = many - number;
    if (naru_log_claim(l, 61 + count * 150) < 0) return -1;
    for (int64_t i = 0; i < count; i++) {
        int length = snprintf(value, sizeof value, "%s %lld", who, (long long)(number + i));
        if (naru_log_add(l, naru_now(), who, (int32_t)strlen(who), value, length) < 0) { naru_log_abandon(l); return -1; }
    }
    return (*offset = naru_log_publish(l)) < 0 ? -1 : count;
}
static void print(naru_record *r) {
    printf("%lld %.*s %.*s\n", (long long)r->offset, (int)(r->key_length < 0 ? 1 : r->key_length), r->key ? r->key : "-",
        (int)(r->value_length < 0 ? 1 : r->value_length), r->value ? r->value : "-");
}
/* All that is there, a line each; then why it ends. */
static int dump(naru_log *l, int64_t offset) {
    naru_cursor c;
    naru_record r;
    naru_cursor_open(&c, l, offset);
    for (;;) {
        if (naru_cursor_next(&c, &r) == 0) print(&r);
        else if (errno == ENOTSUP) say("compressed", c.attributes & 7);
        else break;
    }
    say("end", errno);
    naru_cursor_close(&c);
    return 0;
}
static int read_all(naru_log *l, int64_t offset, int64_t many) {
    naru_cursor c;
    naru_record r;
    naru_cursor_open(&c, l, offset);
    say("reads", offset);
    while (many > 0) {
        if (naru_cursor_next(&c, &r) == 0) { print(&r); many--; }
        else if (errno == EAGAIN) { fflush(stdout); naru_cursor_wait(&c); }
        else return refused();
    }
    fflush(stdout);
    naru_cursor_close(&c);
    return 0;
}
/* So many; when it is told to go on, all others that are there. */
static int stand(naru_log *l, int64_t offset, int64_t many) {
    naru_cursor c;
    naru_record r;
    naru_cursor_open(&c, l, offset);
    for (; many > 0; many--) if (naru_cursor_next(&c, &r) < 0) return refused(); else say("at", r.offset);
    say("stands", c.next);
    if (getchar() == EOF) _exit(1);
    while (naru_cursor_next(&c, &r) == 0) say("at", r.offset);
    say("end", errno);
    naru_cursor_close(&c);
    return 0;
}
/* For each line: what the log is found to be, and whether it can be appended to. What lies behind files is not to be touched. */
static int look(const char *folder) {
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        naru store;
        naru_log l;
        naru_cursor c;
        naru_record r;
        int64_t count = 0, sum = 0, appended;
        if (naru_log_join(&store, folder) < 0) { printf("store %d\n", errno); fflush(stdout); continue; }
        if (naru_log_open(&l, &store, folder, "t", 0) < 0) printf("open %d\n", errno);
        else {
            naru_cursor_open(&c, &l, 0);
            while (naru_cursor_next(&c, &r) == 0 && count < 1000000)
                for (count++, sum += r.offset; r.value_length > 0; r.value_length--) sum += (unsigned char)*r.value++;
            printf("%lld (%lld) %d", (long long)count, (long long)sum, errno);
            naru_cursor_close(&c);
            appended = naru_log_append(&l, "k", 1, "vvvv", 4);
            printf(" %lld %d\n", (long long)appended, appended < 0 ? errno : 0);
            naru_log_close(&l);
        }
        fflush(stdout);
        naru_close(&store);
    }
    return 0;
}
int main(int count, char **arguments) {
    naru store;
    naru_log l;
    char line[512];
    int64_t offset, done, i = 0;
    if (count < 3) return 64;
    const char *verb = arguments[1], *folder = arguments[2], *who = count > 3 ? arguments[3] : "";
    int64_t many = count > 4 ? atoll(arguments[4]) : INT64_MAX;
    if (!strcmp(verb, "look")) return look(folder);
    if (naru_log_join(&store, folder) < 0 || naru_log_open(&l, &store, folder, "t", 0) < 0) return refused();
    if (!strcmp(verb, "dump")) return dump(&l, atoll(who));
    if (!strcmp(verb, "read")) return read_all(&l, atoll(who), many);
    if (!strcmp(verb, "stand")) return stand(&l, atoll(who), many);
    if (!strcmp(verb, "append")) {
        for (; i < many; i += done) if ((done = append(&l, who, i, many, &offset)) < 0) return refused();
        say("appended", i);
    } else if (!strcmp(verb, "tell")) { /* until it is killed */
        for (;; i += done) {
            if ((done = append(&l, who, i, many, &offset)) < 0) return refused();
            say("told", i + done - 1);
        }
    } else if (!strcmp(verb, "each")) { /* for each line */
        say("ready", 0);
        while (fgets(line, sizeof line, stdin))
            if (naru_log_append(&l, NULL, -1, line, (int32_t)strlen(line) - 1) < 0) refused();
            else say("appended", l.end.next - 1);
    } else if (!strcmp(verb, "claim")) {
        if (naru_log_claim(&l, 1000) < 0 || naru_log_add(&l, naru_now(), who, (int32_t)strlen(who), "half", 4) < 0) return refused();
        say("claimed", 0);
        if (!fgets(line, sizeof line, stdin)) _exit(1); /* nobody told it to go on */
        say("published", naru_log_publish(&l));
    }
    naru_log_end(&l);
    naru_log_close(&l);
    naru_close(&store);
    return 0;
}
