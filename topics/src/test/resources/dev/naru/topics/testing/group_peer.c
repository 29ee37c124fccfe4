/* One who looks at groups, in C: names|show|watch STORE [GROUP] [MANY]. */
#include "naru_group.h"

static int refused(void) { printf("refused %d\n", errno); return 1; }

static int names(const char *folder) {
    char path[PATH_MAX], name[NAME_MAX + 1];
    snprintf(path, sizeof path, "%s/groups", folder);
    DIR *groups = opendir(path);
    if (!groups) return refused();
    while (naru_group_next(groups, name)) puts(name);
    closedir(groups);
    return 0;
}
static int show(naru_group *g) {
    for (int32_t row = 0; row < g->rows; row++) {
        naru_group_member m;
        if (!naru_group_at(g, row, &m)) continue;
        printf("member %lld %lld %s %lld %s", (long long)m.id, (long long)m.process, m.alive ? "alive" : "dead", (long long)m.lease, m.label);
        for (int32_t topic = 0; topic < g->topics; topic++) {
            char name[241];
            naru_group_topic(g, topic, name);
            if (m.topics[topic / 8] >> topic % 8 & 1) printf(" %s", name);
        }
        puts(m.polled > 0 ? " polled" : "");
    }
    for (int32_t row = 0; row < g->partitions; row++) {
        naru_group_partition p;
        char name[241];
        if (!naru_group_row(g, row, &p)) continue;
        naru_group_topic(g, p.topic, name);
        printf("%s-%d %lld %lld %lld %lld %lld %d %s\n", name, p.partition, (long long)p.owner, (long long)p.target,
            (long long)p.generation, (long long)p.committed, (long long)p.time, p.epoch, p.metadata);
    }
    return 0;
}
/* Until it sees that offset: what goes with an offset says it, and is as long as that wants it. */
static int watch(naru_group *g, int64_t many) {
    naru_group_partition p = {.committed = -1};
    char word[32];
    puts("watches");
    fflush(stdout);
    while (p.committed < many) {
        if (!naru_group_row(g, 0, &p)) return puts("no row");
        size_t length = (size_t)snprintf(word, sizeof word, "%lld ", (long long)p.committed);
        if (p.committed < 0) continue;
        if (p.epoch != p.committed % 1000 || p.length != p.committed % 400 * (int64_t)length) return puts("torn");
        for (int32_t at = 0; at < p.length; at += (int32_t)length) if (memcmp(p.metadata + at, word, length)) return puts("torn");
    }
    puts("whole");
    return 0;
}
int main(int count, char **arguments) {
    naru store;
    naru_group g;
    if (count < 3) return 64;
    if (!strcmp(arguments[1], "names")) return names(arguments[2]);
    if (naru_log_join(&store, arguments[2]) < 0 || naru_group_open(&g, &store, arguments[2], arguments[3]) < 0) return refused();
    int answer = !strcmp(arguments[1], "show") ? show(&g) : watch(&g, atoll(arguments[4]));
    naru_group_close(&g);
    naru_close(&store);
    return answer;
}
