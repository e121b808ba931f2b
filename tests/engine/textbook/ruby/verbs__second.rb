class Wall
  def initialize
    @bricks = 0
  end

  def build(rows)
    @bricks += rows
  end

  def demolish(rows)
    @bricks -= rows
  end

  def erect(rows)
    @bricks += rows
  end

  def remove(rows)
    @bricks -= rows
  end

  def stack(rows)
    @bricks += rows
  end

  def tear(rows)
    @bricks -= rows
  end
end

class Knight
  def initialize
    @armor = 3
  end

  def reinforce(layers)
    @armor += layers
  end

  def damage(layers)
    @armor -= layers
  end

  def repair(layers)
    @armor += layers
  end

  def crack(layers)
    @armor -= layers
  end

  def harden(layers)
    @armor += layers
  end

  def hurt(layers)
    @armor -= layers
  end
end

class Lens
  def initialize
    @zoom = 1
  end

  def zoom_in(steps)
    @zoom += steps
  end

  def zoom_out(steps)
    @zoom -= steps
  end

  def magnify(steps)
    @zoom += steps
  end

  def reduce(steps)
    @zoom -= steps
  end

  def enlarge(steps)
    @zoom += steps
  end

  def diminish(steps)
    @zoom -= steps
  end
end

class Canopy
  def initialize
    @span = 0
  end

  def raise_by(levels)
    @span += levels
  end

  def lower_by(levels)
    @span -= levels
  end

  def increase_by(levels)
    @span += levels
  end

  def reduce_by(levels)
    @span -= levels
  end

  def grow_by(levels)
    @span += levels
  end

  def shrink_by(levels)
    @span -= levels
  end
end

class Garage
  def initialize
    @scooters = []
  end

  def park(scooter)
    @scooters << scooter
  end

  def unpark(scooter)
    @scooters.delete(scooter)
  end

  def shelter(scooter)
    @scooters << scooter
  end

  def fetch(scooter)
    @scooters.delete(scooter)
  end

  def lock_up(scooter)
    @scooters << scooter
  end

  def release(scooter)
    @scooters.delete(scooter)
  end
end

class Profile
  def initialize
    @friends = []
  end

  def follow(friend)
    @friends << friend
  end

  def unfollow(friend)
    @friends.delete(friend)
  end

  def befriend(friend)
    @friends << friend
  end

  def unfriend(friend)
    @friends.delete(friend)
  end

  def like(friend)
    @friends << friend
  end

  def block(friend)
    @friends.delete(friend)
  end
end

class Device
  def initialize
    @cables = []
  end

  def connect(cable)
    @cables << cable
  end

  def disconnect(cable)
    @cables.delete(cable)
  end

  def attach(cable)
    @cables << cable
  end

  def detach(cable)
    @cables.delete(cable)
  end

  def plug(cable)
    @cables << cable
  end

  def unplug(cable)
    @cables.delete(cable)
  end
end

class Ferry
  def initialize
    @trucks = []
  end

  def board(truck)
    @trucks << truck
  end

  def unload(truck)
    @trucks.delete(truck)
  end

  def load(truck)
    @trucks << truck
  end

  def disembark(truck)
    @trucks.delete(truck)
  end

  def embark(truck)
    @trucks << truck
  end

  def discharge(truck)
    @trucks.delete(truck)
  end
end

class Catalog
  def initialize
    @records = []
  end

  def log(record)
    @records << record
  end

  def delete(record)
    @records.delete(record)
  end

  def store(record)
    @records << record
  end

  def erase(record)
    @records.delete(record)
  end

  def save(record)
    @records << record
  end

  def discard(record)
    @records.delete(record)
  end
end
