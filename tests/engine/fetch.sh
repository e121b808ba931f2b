#!/usr/bin/env bash
# Fetches the source packages the parameters are learned from, by name, through the registries' ordinary clients.
# usage: tests/engine/fetch.sh DIRECTORY ; afterwards DIRECTORY/{train,heldout}/LANGUAGE/PACKAGE/… hold source files only.
set -u
out=$(realpath -m "$1"); mkdir -p "$out/raw" "$out/lists/partial"
cd "$out/raw"

pip_src() { # PACKAGE...: wheels, else source archives
  for p in "$@"; do
    ls py-"$p" >/dev/null 2>&1 && continue
    mkdir -p "py-$p" && (cd "py-$p" && { python3 -m pip download -q --no-deps --no-binary=:none: -d . "$p" >/dev/null 2>&1 || python3 -m pip download -q --no-deps -d . "$p" >/dev/null 2>&1; }
      for a in *.whl *.zip; do [ -f "$a" ] && python3 -m zipfile -e "$a" . ; done; for a in *.tar.gz; do [ -f "$a" ] && tar xf "$a"; done
      ls *.whl *.zip *.tar.gz 2>/dev/null | head -1 > VERSION; rm -f *.whl *.zip *.tar.gz)
  done
}
npm_src() {
  for p in "$@"; do
    d="js-$(echo "$p" | tr '/@' '__')"; ls "$d" >/dev/null 2>&1 && continue
    mkdir -p "$d" && (cd "$d" && npm pack --silent "$p" > VERSION 2>/dev/null; for a in *.tgz; do [ -f "$a" ] && tar xf "$a"; done; rm -f ./*.tgz)
  done
}
# The archives that this machine is set up with, for their sources too.
apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' | sort -u |
  while read -r place; do printf 'deb %s\ndeb-src %s\n' "$place" "$place"; done > "$out/src.list"
aptopt=(-o "Dir::Etc::sourcelist=$out/src.list" -o "Dir::Etc::sourceparts=/dev/null" -o "Dir::State::lists=$out/lists" -o "APT::Sandbox::User=root")
deb_src() { # LANGPREFIX PACKAGE...
  pre=$1; shift
  for p in "$@"; do
    ls "$pre-$p" >/dev/null 2>&1 && continue
    mkdir -p "$pre-$p" && (cd "$pre-$p" && apt-get "${aptopt[@]}" source --download-only -qq "$p" >/dev/null 2>&1
      ls ./*.dsc 2>/dev/null | head -1 > VERSION
      for a in *.orig.tar.*; do case "$a" in *.asc) ;; *) [ -f "$a" ] && tar xf "$a";; esac; done; for a in *.tar.xz *.tar.gz; do case $a in *debian.tar*|*orig*) ;; *) [ -f "$a" ] && tar xf "$a";; esac; done
      rm -f ./*.tar.* ./*.dsc ./*.asc)
  done
}
deb_bin() { # LANGPREFIX PACKAGE...: interpreted languages ship their source in the package itself
  pre=$1; shift
  for p in "$@"; do
    ls "$pre-$p" >/dev/null 2>&1 && continue
    mkdir -p "$pre-$p" && (cd "$pre-$p" && apt-get "${aptopt[@]}" download -qq "$p" >/dev/null 2>&1
      ls ./*.deb 2>/dev/null | head -1 > VERSION; for a in *.deb; do [ -f "$a" ] && dpkg -x "$a" .; done; rm -f ./*.deb)
  done
}
crate_src() { # a scratch manifest, vendored
  mkdir -p rs && (cd rs && mkdir -p src && : > src/lib.rs && { printf '[package]\nname="scratch"\nversion="0.0.0"\nedition="2021"\n[dependencies]\n'; for c in "$@"; do echo "$c = \"*\""; done; } > Cargo.toml
    cargo vendor -q vendor > /dev/null 2>&1)
}
apt-get "${aptopt[@]}" update -qq
( pip_src algorithms requests flask click jinja2 werkzeug rich httpx starlette attrs boltons networkx arcade simpy marshmallow aiohttp tornado celery scrapy django sqlalchemy toolz more-itertools mesa textual pytest black fastapi homeassistant evennia ursina pygame_gui gymnasium pyglet kivy ccxt zipline-reloaded peewee pygorithm discord.py nltk scikit-learn qiskit sympy cocos2d prettytable cmd2 transitions pluggy tinydb
  pip_src freegames pydatastructs pythonds3 python-statemachine factory_boy faker cachetools schedule bottle lark behave pytest-bdd adventurelib py-moneyed eventsourcing injector dependency-injector sortedcontainers addict blinker glom
  npm_src rxjs three phaser immer redux mobx @tanstack/query-core @reduxjs/toolkit xstate planck ol prosemirror-model prosemirror-view prosemirror-state @pixi/core express koa fastify lodash mathjs chart.js commander effect cannon-es matter-js leaflet preact typeorm date-fns playcanvas melonjs excalibur kontra littlejsengine typescript-collections js-sdsl data-structure-typed mnemonist @datastructures-js/queue @datastructures-js/graph dinero.js craftyjs @babylonjs/core @angular/core socket.io sequelize mongoose pino winston uuid @lit/reactive-element @mui/material
  npm_src dsa.js @datastructures-js/stack @datastructures-js/linked-list @datastructures-js/priority-queue @datastructures-js/heap @datastructures-js/set @datastructures-js/binary-search-tree @datastructures-js/trie @datastructures-js/deque buckets-js yallist denque lru-cache eventemitter3 backbone underscore ramda decimal.js currency.js dayjs luxon mobx-state-tree inversify class-transformer class-validator awilix jasmine-core rot-js chess.js boardgame.io javascript-state-machine paper konva fabric collections ) &
( deb_src go golang-github-spf13-cobra golang-github-gin-gonic-gin golang-github-emirpasic-gods golang-logrus golang-testify golang-golang-x-net golang-github-gorilla-mux golang-github-labstack-echo golang-golang-x-tools golang-github-urfave-cli golang-github-spf13-afero caddy
  deb_src java guava-libraries libcommons-lang3-java libcommons-collections4-java commons-math3 commons-io commons-csv jackson-databind libcommons-codec-java commons-pool2 netty lombok mapstruct assertj-core libspring-java libjoda-time-java libxstream-java mockito easymock libhibernate-validator-java simple-xml libcommons-digester-java commons-beanutils cucumber-jvm
  deb_src ruby rails rubocop
  deb_bin ruby ruby-sinatra ruby-rack ruby-faraday jekyll ruby-thor ruby-i18n ruby-concurrent ruby-mail ruby-httparty ruby-graphql ruby-dry-types ruby-money ruby-state-machines ruby-grape ruby-sequel ruby-addressable ruby-tilt ruby-haml ruby-pry ruby-liquid ruby-kramdown ruby-octokit ruby-rspec-core ruby-rspec-expectations ruby-rspec-mocks ruby-factory-bot ruby-devise ruby-kaminari ruby-fog-core puma capistrano vagrant ruby-hashie ruby-virtus ruby-aasm ruby-wisper cucumber ruby-rgl ruby-mustermann ruby-hamster ruby-roo ruby-gruff
  deb_bin go golang-github-go-chi-chi-dev golang-github-prometheus-client-golang-dev golang-go.uber-zap-dev golang-github-hajimehoshi-ebiten-dev golang-github-jung-kurt-gofpdf-dev golang-github-gorilla-websocket-dev golang-github-boltdb-bolt-dev golang-github-fsnotify-fsnotify-dev golang-github-google-btree-dev golang-github-spf13-viper-dev golang-github-docker-go-units-dev golang-github-nats-io-go-nats-dev golang-github-shopspring-decimal-dev golang-github-patrickmn-go-cache-dev golang-github-deckarep-golang-set-dev golang-github-gdamore-tcell-dev golang-github-rivo-tview-dev golang-github-thoas-go-funk-dev golang-github-montanaflynn-stats-dev golang-github-fogleman-gg-dev golang-github-onsi-ginkgo-dev golang-gonum-v1-gonum-dev golang-github-benbjohnson-clock-dev golang-github-eapache-queue-dev golang-github-oleiade-reflections-dev
  deb_src c redis libuv1 jansson cjson curl fmtlib spdlog leveldb googletest tinyxml2 glfw3 libevent nghttp2 box2d re2 zstd bullet nlohmann-json3 lua5.4 c-algorithms cmocka catch2 doctest uthash libsfml poco pugixml chipmunk libjsoncpp cereal entt
) &
crate_src serde_json regex clap tokio axum hyper itertools rand image petgraph nalgebra bevy_ecs indexmap chrono rayon crossbeam-channel uuid url smallvec ratatui rapier2d lru slotmap semver toml toml_edit time ggez macroquad specs legion priority-queue rusty-money bevy_transform bevy_math rstar tui-input crossterm cursive druid-shell pathfinding rustlings cqrs-es mockall statrs rust_decimal geo hecs heapless queues rstest cucumber
wait
