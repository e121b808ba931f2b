#!/usr/bin/env bash
# Fetches the source packages the parameters are learned from, through the registries' ordinary clients, and sorts their files.
# usage: tests/engine/fetch.sh DIRECTORY [newest] ; afterwards DIRECTORY/{train,heldout}/LANGUAGE/PACKAGE__PATH are source files only.
#
# It takes the versions that SOURCES.md lists, and fails where the files are others than those the tables were learned from.
# To change the list: change the names below, fetch with `newest`, then `sources.py DIRECTORY > SOURCES.md`, and learn again.
set -u
here=$(dirname "$(realpath "$0")")
out=$(realpath -m "$1"); mode=${2:-listed}; mkdir -p "$out/raw" "$out/lists/partial"
cd "$out/raw" || exit 1

names() { # what `newest` looks for: HOW LANGUAGE, then names
  cat <<'END'
pip py algorithms requests flask click jinja2 werkzeug rich httpx starlette attrs boltons networkx arcade simpy marshmallow aiohttp tornado celery scrapy django sqlalchemy toolz more-itertools mesa textual pytest black fastapi homeassistant evennia ursina pygame_gui gymnasium pyglet kivy ccxt zipline-reloaded peewee pygorithm discord.py nltk scikit-learn qiskit sympy cocos2d prettytable cmd2 transitions pluggy tinydb
pip py freegames pydatastructs pythonds3 python-statemachine factory_boy faker cachetools schedule bottle lark behave pytest-bdd adventurelib py-moneyed eventsourcing injector dependency-injector sortedcontainers addict blinker glom
npm js rxjs three phaser immer redux mobx @tanstack/query-core @reduxjs/toolkit xstate planck ol prosemirror-model prosemirror-view prosemirror-state @pixi/core express koa fastify lodash mathjs chart.js commander effect cannon-es matter-js leaflet preact typeorm date-fns playcanvas melonjs excalibur kontra littlejsengine typescript-collections js-sdsl data-structure-typed mnemonist @datastructures-js/queue @datastructures-js/graph dinero.js craftyjs @babylonjs/core @angular/core socket.io sequelize mongoose pino winston uuid @lit/reactive-element @mui/material
npm js dsa.js @datastructures-js/stack @datastructures-js/linked-list @datastructures-js/priority-queue @datastructures-js/heap @datastructures-js/set @datastructures-js/binary-search-tree @datastructures-js/trie @datastructures-js/deque buckets-js yallist denque lru-cache eventemitter3 backbone underscore ramda decimal.js currency.js dayjs luxon mobx-state-tree inversify class-transformer class-validator awilix jasmine-core rot-js chess.js boardgame.io javascript-state-machine paper konva fabric collections
source go golang-github-spf13-cobra golang-github-gin-gonic-gin golang-github-emirpasic-gods golang-logrus golang-testify golang-golang-x-net golang-github-gorilla-mux golang-github-labstack-echo golang-golang-x-tools golang-github-urfave-cli golang-github-spf13-afero caddy
source java guava-libraries libcommons-lang3-java libcommons-collections4-java commons-math3 commons-io commons-csv jackson-databind libcommons-codec-java commons-pool2 netty libspring-java libjoda-time-java mockito libhibernate-validator-java libcommons-digester-java
source ruby rails rubocop
source c redis libuv1 jansson cjson curl fmtlib spdlog leveldb googletest tinyxml2 glfw3 libevent nghttp2 box2d re2 zstd bullet nlohmann-json3 lua5.4 cmocka catch2 uthash libsfml poco pugixml chipmunk libjsoncpp
binary ruby ruby-sinatra ruby-rack ruby-faraday jekyll ruby-thor ruby-i18n ruby-concurrent ruby-mail ruby-httparty ruby-graphql ruby-dry-types ruby-money ruby-state-machines ruby-grape ruby-sequel ruby-addressable ruby-tilt ruby-haml pry ruby-liquid ruby-kramdown ruby-octokit ruby-rspec-core ruby-rspec-expectations ruby-rspec-mocks ruby-factory-bot ruby-devise ruby-kaminari ruby-fog-core puma capistrano vagrant ruby-hashie ruby-virtus ruby-wisper cucumber ruby-mustermann ruby-hamster ruby-roo ruby-gruff
binary go golang-github-go-chi-chi-dev golang-github-prometheus-client-golang-dev golang-go.uber-zap-dev golang-github-jung-kurt-gofpdf-dev golang-github-gorilla-websocket-dev golang-github-boltdb-bolt-dev golang-github-fsnotify-fsnotify-dev golang-github-google-btree-dev golang-github-spf13-viper-dev golang-github-docker-go-units-dev golang-github-nats-io-go-nats-dev golang-github-shopspring-decimal-dev golang-github-patrickmn-go-cache-dev golang-github-deckarep-golang-set-dev golang-github-gdamore-tcell-dev golang-github-rivo-tview-dev golang-github-thoas-go-funk-dev golang-github-montanaflynn-stats-dev golang-github-fogleman-gg-dev golang-github-onsi-ginkgo-dev golang-github-benbjohnson-clock-dev golang-github-oleiade-reflections-dev
cargo rs serde_json regex clap tokio axum hyper itertools rand image petgraph nalgebra bevy_ecs indexmap chrono rayon crossbeam-channel uuid url smallvec ratatui rapier2d lru slotmap semver toml toml_edit time ggez macroquad specs legion priority-queue rusty-money bevy_transform bevy_math rstar tui-input crossterm cursive druid-shell pathfinding rustlings cqrs-es mockall statrs rust_decimal geo hecs heapless queues rstest cucumber
END
}
wanted() { # HOW LANGUAGE NAME VERSION, a line each; no version where the newest is meant
  if [ "$mode" = newest ]; then
    names | while read -r how language list; do for name in $list; do echo "$how $language $name"; done; done
  else
    awk -F ' *[|] *' '$2 == "train" || $2 == "heldout" { print $4, $3, $5, $6 }' "$here/SOURCES.md"
  fi
}
unpack() { for a in "$@"; do [ -f "$a" ] || continue; case $a in *.asc) ;; *.whl|*.zip) python3 -m zipfile -e "$a" . ;; *.deb) dpkg -x "$a" . ;; *.tar.*|*.tgz) tar xf "$a" ;; esac; rm -f "$a"; done; }
from_pip() { python3 -m pip download -q --no-deps -d . "$1${2:+==$2}" > /dev/null 2>&1; unpack ./*.whl ./*.zip ./*.tar.gz; }
from_npm() { npm pack --silent "$(sed 's#^_\([^_]*\)_#@\1/#' <<< "$1")${2:+@$2}" > /dev/null 2>&1; unpack ./*.tgz; }
# The archives that this machine is set up with, for their sources too; the main one first, which holds the most files.
apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' | sort -u | awk '{ print (/security/ ? 2 : 1), $0 }' | sort -s -k 1,1 |
  while read -r _ place; do printf 'deb %s\ndeb-src %s\n' "$place" "$place"; done > "$out/src.list"
aptopt=(-o "Dir::Etc::sourcelist=$out/src.list" -o "Dir::Etc::sourceparts=/dev/null" -o "Dir::State::lists=$out/lists" -o "APT::Sandbox::User=root")
newest() { sed -n "s/^Version: //p" | while read -r one; do best=${best:-$one}; dpkg --compare-versions "$one" gt "$best" && best=$one; echo "$best"; done | tail -1; }
from_source() { # the main archive of the sources, without the distribution's own changes
  version=${2:-$(apt-cache "${aptopt[@]}" showsrc "$1" | newest)}
  apt-get "${aptopt[@]}" source --tar-only --download-only -qq "$1=$version" > /dev/null 2>&1
  rm -f ./*.orig-*; echo "$version" > VERSION; unpack ./*.tar.*
}
from_binary() { # interpreted languages ship their source in the package itself
  version=${2:-$(apt-cache "${aptopt[@]}" show "$1" | newest)}
  apt-get "${aptopt[@]}" download -qq "$1=$version" > /dev/null 2>&1 && echo "$version" > VERSION; unpack ./*.deb
}
fetch() { # HOW: one package after the other, each into a folder of its own
  wanted | while read -r how language name version; do
    folder=$language-$(tr '/@' '__' <<< "$name")
    [ "$how" = "$1" ] && [ ! -d "$folder" ] || continue
    mkdir "$folder" && (cd "$folder" && "from_$how" "$name" "$version"; echo "$how" > HOW; find . -mindepth 2 -type f | grep -q . || echo "$name: not fetched" >&2) < /dev/null
  done
}
crates() { # a manifest of its own, vendored; of what the listed ones depend on, only what is listed
  [ -d "$out/vendor" ] && return
  mkdir -p "$out/manifest/src" && : > "$out/manifest/src/lib.rs"
  { printf '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]\n'
    wanted | awk '$1 == "cargo" { n++; name = $3; if ($4) sub("-" $4 "$", "", name); printf "p%d = { package = \"%s\", version = \"%s\" }\n", n, name, $4 ? "=" $4 : "*" }'; } > "$out/manifest/Cargo.toml"
  cargo vendor -q $([ "$mode" = newest ] || echo --versioned-dirs) --manifest-path "$out/manifest/Cargo.toml" "$out/vendor" > /dev/null || return
  if [ "$mode" = newest ]; then for folder in "$out"/vendor/*; do mv "$folder" "rs-${folder##*/}"; done
  else wanted | while read -r how _ name version; do [ "$how" = cargo ] && mv "$out/vendor/${name%"-$version"}-$version" "rs-$name"; done; fi
}
apt-get "${aptopt[@]}" update -qq
fetch pip & fetch npm & { fetch source; fetch binary; } & crates &
wait
python3 "$here/split.py" "$out" "$([ "$mode" = newest ] || echo "$here/SOURCES.md")"
