# Homing, built from source: docker build -t homing .
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /homing
COPY . .
# `mvn verify` has tested it: here it is only put together. Downloads stay for the next build.
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp package -DskipTests
# In layers, from what hardly ever changes to what always does.
RUN java -Djarmode=tools -jar app/target/homing-app-*.jar \
    extract --layers --destination layers --application-filename homing.jar

FROM eclipse-temurin:25-jre-noble
WORKDIR /homing
COPY --from=build /homing/layers/dependencies/ ./
COPY --from=build /homing/layers/spring-boot-loader/ ./
COPY --from=build /homing/layers/snapshot-dependencies/ ./
COPY --from=build /homing/layers/application/ ./
# By number, so that "is not root" can be checked without the image. It needs nothing but /tmp.
USER 10001:10001
EXPOSE 8080 8081
# Healthy is: PostgreSQL answers, so events are accepted. The image has bash, and neither curl nor wget.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${HOMING_MANAGEMENT_PORT:-8081} && printf 'GET /actuator/health/readiness HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
# More options: JDK_JAVA_OPTIONS. The collector costs less than the JVM's choice, docs/benchmarks.md; one of your own needs
# another entrypoint. The last two keep the libraries' use of native code out of the log.
ENTRYPOINT ["java", \
    "-XX:MaxRAMPercentage=70", \
    "-XX:+ExitOnOutOfMemoryError", \
    "-XX:+UseParallelGC", \
    "--enable-native-access=ALL-UNNAMED", \
    "--sun-misc-unsafe-memory-access=allow", \
    "-jar", "homing.jar"]
